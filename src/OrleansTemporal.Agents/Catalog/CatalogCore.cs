using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Catalog;

/// <summary>State of a catalog: every version of every entry, in memory, folded from the first delta.</summary>
internal sealed partial class CatalogCore : AgentCore
{
    private const int SaltBytes = 16;

    private readonly SortedDictionary<(AgentKind Kind, string Name), List<CatalogEntry>> entries =
        new(Comparer<(AgentKind Kind, string Name)>.Create(static (left, right) =>
            left.Kind != right.Kind ? left.Kind.CompareTo(right.Kind) : string.CompareOrdinal(left.Name, right.Name)));

    private HybridTimestamp began;

    public CatalogCore(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    protected override bool ReplaysFromGenesis => true;

    /// <summary>The newest durable entry of a name at or before a time; null when there is none or it was removed.</summary>
    public CatalogEntry? Find(AgentKind kind, string name, ulong time)
    {
        lock (Gate)
        {
            return entries.TryGetValue((kind, name), out var versions) ? Newest(versions, time, Log.DurableThrough) : null;
        }
    }

    public ImmutableArray<CatalogEntry> List(AgentKind kind, string? after, int countMax)
    {
        lock (Gate)
        {
            var durable = Log.DurableThrough;
            return
            [
                .. entries
                    .Where(pair => pair.Key.Kind == kind && (after is null || string.CompareOrdinal(pair.Key.Name, after) > 0))
                    .Select(pair => Newest(pair.Value, ulong.MaxValue, durable))
                    .OfType<CatalogEntry>()
                    .Take(countMax),
            ];
        }
    }

    public CatalogHistory GetHistory(AgentKind kind, long afterSequence)
    {
        lock (Gate)
        {
            var durable = Log.DurableThrough;
            ImmutableArray<CatalogEntry> page =
            [
                .. entries
                    .Where(pair => pair.Key.Kind == kind)
                    .SelectMany(static pair => pair.Value)
                    .Where(version => version.Sequence > afterSequence && version.Sequence <= durable)
                    .OrderBy(static version => version.Sequence)
                    .Take(Limits.PageCountMax + 1),
            ];
            var hasMore = page.Length > Limits.PageCountMax;
            return new CatalogHistory
            {
                Entries = hasMore ? page.RemoveAt(Limits.PageCountMax) : page,
                Through = hasMore ? page[^2].Sequence : Math.Max(durable, afterSequence),
                HasMore = hasMore,
                Began = durable > 0 ? began : HybridTimestamp.Zero,
            };
        }
    }

    /// <summary>Names that ever were durable, with the most agents that each has had.</summary>
    public ImmutableArray<CatalogAgents> ListAgents(AgentKind kind, string? after, int countMax)
    {
        lock (Gate)
        {
            var durable = Log.DurableThrough;
            return
            [
                .. entries
                    .Where(pair => pair.Key.Kind == kind && (after is null || string.CompareOrdinal(pair.Key.Name, after) > 0) && pair.Value[0].Sequence <= durable)
                    .Take(countMax)
                    .Select(pair => new CatalogAgents(pair.Key.Name, AgentCountOf(pair.Value, durable))),
            ];
        }
    }

    public async ValueTask CloseMomentAsync(HybridTimestamp instant, CancellationToken cancellationToken) =>
        await CloseAsync(instant, cancellationToken).ConfigureAwait(false);

    public async ValueTask<CatalogChangeResult> ChangeAsync(CatalogChange change, CancellationToken cancellationToken)
    {
        if (change.Kind != AgentKind.Channels || !ChannelService.IsUnion(change.Name))
        {
            Names.Validate(change.Name, "name");
        }

        var settings = change.Remove ? [] : Canonical(change.Settings);
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        while (true)
        {
            CatalogEntry? seen;
            lock (Gate)
            {
                seen = NewestStaged(change);
            }

            // The slot map of the present entry goes into the payload, so the payload is made anew when another change got there first.
            var slotMap = !change.SlotMap.IsEmpty ? change.SlotMap : seen?.SlotMap ?? SlotMap.Single.ToBytes();
            var payload = new PayloadBuffer(salt);
            CatalogPayload.Write(payload, change.Kind, change.Name, change.Remove, settings, slotMap.Span);
            var draft = new DeltaDraft(
                change.Remove ? CatalogPayload.Unregister : CatalogPayload.Register,
                CatalogPayload.SchemaVersion,
                payload,
                new DeltaContext { Operation = change.Operation, Actor = change.Actor });
            var bytes = Encoder.GetRecordLength(draft);
            await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
            var (outcome, mark) = TryChange(change, seen, new PreparedDelta(draft, salt));
            if (outcome?.Receipt is null || outcome.IsReplay)
            {
                Log.Release(bytes);
            }

            if (outcome is null)
            {
                continue;
            }

            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
            if (outcome.Refusal is { } refusal)
            {
                throw refusal;
            }

            return new CatalogChangeResult(outcome.Entry!, outcome.Receipt, outcome.Created);
        }
    }

    protected override void Apply(in AppliedDelta delta)
    {
        if (delta.Sequence == 1)
        {
            began = delta.SystemTime;
        }

        if (delta.Payload is not { } payload)
        {
            return;
        }

        var entry = CatalogPayload.Read(payload, delta.Sequence, delta.SystemTime);
        if (!entries.TryGetValue((entry.Kind, entry.Name), out var versions))
        {
            entries[(entry.Kind, entry.Name)] = versions = [];
        }

        versions.Add(entry);
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence) => (default, null);

    // Null when another change of the name got there first.
    private (Outcome? Outcome, long Mark) TryChange(CatalogChange change, CatalogEntry? seen, PreparedDelta prepared)
    {
        lock (Gate)
        {
            try
            {
                if (FindOperation(change.Operation) is { } earlier)
                {
                    return (Replay(change, earlier), earlier.Sequence);
                }
            }
            catch (TemporalException refusal)
            {
                return (new Outcome { Refusal = refusal }, Sequence);
            }

            var present = NewestStaged(change);
            if (present?.Sequence != seen?.Sequence)
            {
                return (null, 0);
            }

            var live = present is { IsRemoved: false } ? present : null;
            if (change.OnlyIfAbsent && live is not null)
            {
                return (new Outcome { Entry = live }, live.Sequence);
            }

            if (change.IfSequence is { } expected && expected != (live?.Sequence ?? 0))
            {
                return (new Outcome
                {
                    Refusal = new TemporalException(ErrorKind.Conflict, ErrorCodes.PreconditionFailed, $"'{change.Name}' was changed by somebody else meanwhile."),
                }, Sequence);
            }

            if (change.Remove && live is null)
            {
                return (new Outcome { Entry = present ?? Absent(change) }, Sequence);
            }

            var receipt = Stage(prepared, default, Durability.Durable);
            var entry = entries[(change.Kind, change.Name)][^1];
            return (new Outcome { Entry = entry, Receipt = receipt, Created = live is null }, receipt.Sequence);
        }
    }

    private static CatalogEntry Absent(CatalogChange change) => new()
    {
        Kind = change.Kind,
        Name = change.Name,
        Settings = ReadOnlyMemory<byte>.Empty,
        SlotMap = ReadOnlyMemory<byte>.Empty,
        Sequence = 0,
        SystemTime = HybridTimestamp.Zero,
        IsRemoved = true,
    };

    private Outcome Replay(CatalogChange change, OperationEntry earlier)
    {
        var versions = entries[(change.Kind, change.Name)];
        var index = versions.FindIndex(version => version.Sequence == earlier.Sequence);
        return new Outcome
        {
            Entry = versions[index],
            Receipt = new Receipt { Agent = Id, Sequence = earlier.Sequence, SystemTime = earlier.SystemTime, Root = earlier.Root, Durability = Durability.Durable },
            Created = index == 0 || versions[index - 1].IsRemoved,
            IsReplay = true,
        };
    }

    private CatalogEntry? NewestStaged(CatalogChange change) =>
        entries.TryGetValue((change.Kind, change.Name), out var versions) ? versions[^1] : null;

    private static CatalogEntry? Newest(List<CatalogEntry> versions, ulong time, long durable)
    {
        var index = versions.FindLastIndex(version => version.SystemTime.Value <= time && version.Sequence <= durable);
        return index < 0 || versions[index].IsRemoved ? null : versions[index];
    }

    // A name that stands knows of every agent that it ever had; one that was removed may have come back with fewer.
    private static int AgentCountOf(List<CatalogEntry> versions, long durable)
    {
        var shown = versions.FindAll(version => version.Sequence <= durable);
        return shown.Exists(static version => version.IsRemoved)
            ? shown.Max(static version => Kv.KvPlacement.Of(version).AgentCount)
            : Kv.KvPlacement.Of(shown[^1]).AgentCount;
    }

    private static byte[] Canonical(ReadOnlyMemory<byte> settings)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        CanonicalJson.Canonicalize(settings.IsEmpty ? "{}"u8 : settings.Span, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private sealed class Outcome
    {
        public CatalogEntry? Entry { get; init; }

        public Receipt? Receipt { get; init; }

        public TemporalException? Refusal { get; init; }

        public bool Created { get; init; }

        public bool IsReplay { get; init; }
    }
}
