using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

/// <summary>
/// State of one partition of a namespace: the newest deltas by key in memory, in generations; everything older in key
/// runs and segments.
/// </summary>
internal sealed partial class StorageCore : AgentCore
{
    private const int FacetStateBytes = 32;

    // Before values could expire.
    private const int FacetStateBytesWithoutExpiry = 24;

    private readonly KvMemory memory = new(1);
    private KvPreparedWrite? applying;
    private KvExpiryWriter? ending;
    private long liveKeyCount;
    private long versionCount;
    private long valueBytes;

    public StorageCore(AgentId id, AgentServices services)
        : base(id, services)
    {
        cipher = new ValueCipher(id, services.Keys);
        expiries.Add(new KvExpiryList(1));
        erasing = new TurnGate(services.Scheduler);
        marking = new TurnGate(services.Scheduler);
    }

    protected override bool ReplaysFromGenesis => false;

    /// <summary>Everything below this sequence is only in runs and segments. Under the gate.</summary>
    private long ResidentFirst => memory.Oldest.FirstSequence;

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
        if (facetState.Length != FacetStateBytesWithoutExpiry && (facetState.Length < FacetStateBytes || (facetState.Length - HeadLengthOf(facetState)) % sizeof(long) != 0))
        {
            throw Corrupt($"the manifest's counters have {facetState.Length} bytes");
        }

        liveKeyCount = BinaryPrimitives.ReadInt64LittleEndian(facetState);
        versionCount = BinaryPrimitives.ReadInt64LittleEndian(facetState[8..]);
        valueBytes = BinaryPrimitives.ReadInt64LittleEndian(facetState[16..]);
        RestoreKept(facetState);
        RestoreTransfers(facetState);
        RestoreExpiries(facetState.Length >= FacetStateBytes ? BinaryPrimitives.ReadUInt64LittleEndian(facetState[24..]) : 0, manifest);
        restoring = ErasuresOf(facetState);
        memory.Clear(manifest.SealedThrough + 1);
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence)
    {
        var state = new byte[FacetStateBytes];
        BinaryPrimitives.WriteInt64LittleEndian(state, liveKeyCount);
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(8), versionCount);
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(16), valueBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(24), CutExpiries(lastSequence));
        return (WithTransfers(WithKept(state)), memory.Cut(lastSequence + 1));
    }

    protected override void Apply(in AppliedDelta delta)
    {
        var active = memory.Active;
        active.Extend(delta.Sequence, delta.RecordBytes);
        Services.Memory.Add(delta.RecordBytes);
        if (delta.Payload is not { } payload || TryApplyTransfer(delta, payload.Span) || TryApplyEviction(delta, payload.Span))
        {
            return;
        }

        var facet = new KvFacetReader(delta.Facet, Encoder.AgentDigest);
        foreach (var operation in new KvPayloadReader(payload.Span))
        {
            if (!facet.MoveNext())
            {
                throw Corrupt($"delta {delta.Sequence} has more operations than header entries");
            }

            var lookup = applying is { } prepared ? new KvLookup(operation.Key, prepared.KeyOf(operation.Ordinal).Hash)
                : ending is { } writer ? new KvLookup(operation.Key, writer.HashOf(operation.Ordinal))
                : new KvLookup(operation.Key);
            Add(active, memory.Enter(lookup), delta, operation, facet, payload.Span.Slice(operation.ValueAt, operation.ValueLength));

            // Nobody sees clean-up's tombstones, nor those of erasures where the key has gone from.
            versionCount += operation.Kind == KvOperationKind.Expire || (delta.Kind == KvKinds.Erase && HasLeft(lookup)) ? 0 : 1;
            valueBytes += operation.PlainLength;
            liveKeyCount += (operation.Kind == KvOperationKind.Put ? 1 : 0) - (facet.HadLiveValue || facet.WasOverdue ? 1 : 0);
            if (facet.ExpiresAt is { } end)
            {
                Expect(new KvExpiring(end, delta.SystemTime, Encoding.UTF8.GetString(operation.Key), delta.Sequence, operation.Ordinal));
            }
        }

        if (delta.Kind == KvKinds.Erase)
        {
            ApplyErasure(delta);
        }
    }

    private static KvNodeFlags FlagsOf(KvOperationKind kind) => kind switch
    {
        KvOperationKind.Put => KvNodeFlags.None,
        KvOperationKind.Delete => KvNodeFlags.Deleted,
        _ => KvNodeFlags.Deleted | KvNodeFlags.Expired,
    };

    private void Add(
        KvGeneration active, int entry, in AppliedDelta delta, in KvPayloadOperation operation, in KvFacetReader facet, ReadOnlySpan<byte> value)
    {
        var newest = active.Entries[entry] is { Count: > 0 } key ? key.Newest : -1;
        ref var row = ref active.AddVersion(entry, delta.SystemTime.Value);
        row.Sequence = delta.Sequence;
        row.Ordinal = operation.Ordinal;
        row.PreviousDigest = facet.Previous.AgentDigest;
        row.PreviousSequence = facet.Previous.Sequence;
        row.PreviousOrdinal = facet.Previous.Ordinal;
        row.Flags = !operation.IsEncrypted ? FlagsOf(operation.Kind)
            : operation.MayRefer ? KvNodeFlags.Encrypted
            : KvNodeFlags.Encrypted | KvNodeFlags.WithoutReferences;
        row.Distinction = applying is { } prepared && !operation.IsEncrypted ? prepared.Distinctions[operation.Ordinal] : default;
        row.Extras = -1;
        row.ValueLength = value.Length;
        if (KvExtras.Of(delta.Causes, delta.Metadata, facet.ExpiresAt) is { } extras)
        {
            row.Extras = active.Extras.Count;
            active.Extras.Add(extras);
        }

        // The same value written again is one value in memory.
        if (newest >= 0 && active.Rows[newest] is var earlier && active.Bytes(earlier.Slab, earlier.ValueOffset, earlier.ValueLength).Span.SequenceEqual(value))
        {
            row.Slab = earlier.Slab;
            row.ValueOffset = earlier.ValueOffset;
            row.Distinction = earlier.Distinction.IsZero ? row.Distinction : earlier.Distinction;
        }
        else
        {
            (row.Slab, row.ValueOffset) = active.Keep(value);
        }
    }
}
