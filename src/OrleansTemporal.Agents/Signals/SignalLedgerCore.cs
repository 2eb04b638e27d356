using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <summary>State of one partition of a ledger, whole in memory: the table, the ids of recent events, the schema.</summary>
internal sealed partial class SignalLedgerCore : AgentCore
{
    private readonly SignalTable table = new();
    private readonly SignalEventIds ids = new();
    private volatile SignalPlan plan = SignalPlan.Empty;
    private SignalPreparedWrite? applying;

    public SignalLedgerCore(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <summary>The newest schema, durable or not: what is refused because of it may be tried again.</summary>
    public SignalSchema Schema => plan.Schema;

    protected override bool ReplaysFromGenesis => false;

    /// <summary>The present moment: nothing that is staged already is later.</summary>
    public HybridTimestamp Now => HybridTimestamp.Max(Services.Clock.Last, HybridTimestamp.FromMilliseconds(Services.Clock.NowMilliseconds));

    public async ValueTask<SignalStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        SignalStats stats;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            stats = new SignalStats { EntityCount = table.EntityCount, StateCount = table.StateCount, LateCount = table.LateCount, Bytes = table.Bytes };
            mark = Sequence;
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return stats;
    }

    /// <summary>Everything in memory as bytes, after a look at the invariants; for tests.</summary>
    public byte[] GetState()
    {
        lock (Gate)
        {
            table.CheckInvariants();
            var state = new System.Buffers.ArrayBufferWriter<byte>();
            WriteSchema(state, plan.Schema);
            table.WriteAll(state);
            ids.Write(0, ids.Total, state);
            return state.WrittenSpan.ToArray();
        }
    }

    protected override void Apply(in AppliedDelta delta)
    {
        if (delta.Payload is not { } payload)
        {
            return;
        }

        try
        {
            if (delta.Kind == SignalKinds.Define)
            {
                plan = new SignalPlan(ReadSchema(payload));
                table.Define(plan.Decays);
                return;
            }

            var now = EventTime.Of(delta.SystemTime);
            table.Advance(now);
            var known = applying?.Ids;
            var entity = -1;
            foreach (var one in new SignalPayloadReader(payload.Span))
            {
                if (IsRepeat(delta.Facet, one.Ordinal))
                {
                    continue;
                }

                // Batches often go on with the entity before.
                entity = entity >= 0 && table.IdOf(entity).SequenceEqual(one.Entity) ? entity : table.Enter(one.Entity);
                table.Record(entity, one.Type, one.Weight, one.Time ?? now, now);
                if (!one.Id.IsEmpty)
                {
                    ids.Add(known is null ? SignalEventIds.HashOf(one.Type, one.Entity, one.Id) : known[one.Ordinal], delta.SystemTime);
                }
            }
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or ArgumentOutOfRangeException or TemporalException { Kind: ErrorKind.Invalid })
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"{Id}: delta {delta.Sequence} does not parse.", malformed);
        }
    }

    /// <summary>Whether the header says of an event that it had come before.</summary>
    private static bool IsRepeat(ReadOnlySpan<byte> facet, int ordinal) =>
        !facet.IsEmpty && (facet[ordinal >> 3] & (1 << (ordinal & 7))) != 0;

    private static SignalSchema ReadSchema(ReadOnlyMemory<byte> payload)
    {
        using var json = JsonDocument.Parse(payload);
        return SignalSchemaJson.Read(json.RootElement, "version") with { Version = json.RootElement.GetProperty("version").GetInt64() };
    }
}
