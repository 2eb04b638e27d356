using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

/// <summary>
/// State of one partition of a namespace: the newest deltas by key in memory, in generations; everything older in key
/// runs and segments.
/// </summary>
internal sealed partial class StorageCore : AgentCore
{
    private const int FacetStateBytes = 24;

    // Oldest first; the last one is active.
    private readonly List<KvGeneration> generations = [];
    private KvPreparedWrite? applying;
    private long liveKeyCount;
    private long versionCount;
    private long valueBytes;

    public StorageCore(AgentId id, AgentServices services)
        : base(id, services) => generations.Add(new KvGeneration(1));

    protected override bool ReplaysFromGenesis => false;

    private KvGeneration Active => generations[^1];

    /// <summary>Everything below this sequence is only in runs and segments. Under the gate.</summary>
    private long ResidentFirst => generations[0].FirstSequence;

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
        if (facetState.Length != FacetStateBytes)
        {
            throw Corrupt($"the manifest's counters have {facetState.Length} bytes");
        }

        liveKeyCount = BinaryPrimitives.ReadInt64LittleEndian(facetState);
        versionCount = BinaryPrimitives.ReadInt64LittleEndian(facetState[8..]);
        valueBytes = BinaryPrimitives.ReadInt64LittleEndian(facetState[16..]);
        generations.Clear();
        generations.Add(new KvGeneration(manifest.SealedThrough + 1));
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence)
    {
        var state = new byte[FacetStateBytes];
        BinaryPrimitives.WriteInt64LittleEndian(state, liveKeyCount);
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(8), versionCount);
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(16), valueBytes);
        var cut = Active;
        generations.Add(new KvGeneration(lastSequence + 1));
        return (state, cut);
    }

    protected override void Apply(in AppliedDelta delta)
    {
        var active = Active;
        active.Extend(delta.Sequence, delta.RecordBytes);
        Services.Memory.Add(delta.RecordBytes);
        if (delta.Payload is not { } payload)
        {
            active.Writes.Add(null);
            return;
        }

        var facet = new KvFacetReader(delta.Facet, Encoder.AgentDigest);
        Span<char> key = stackalloc char[Limits.KeyBytesMax];
        var operations = new KvPayloadReader(payload.Span);
        var several = operations.Count > 1 ? new KvKey[operations.Count] : null;
        active.Writes.Add(several);
        foreach (var operation in operations)
        {
            if (!facet.MoveNext())
            {
                throw Corrupt($"delta {delta.Sequence} has more operations than header entries");
            }

            var node = active.Add(key[..Encoding.UTF8.GetChars(operation.Key, key)]);
            if (several is null)
            {
                active.Writes[^1] = node;
            }
            else
            {
                several[operation.Ordinal] = node;
            }

            var earlier = node.Count > 1 ? node[node.Count - 2] : null;
            Fill(node, earlier, delta, operation, facet, payload.Span.Slice(operation.ValueAt, operation.ValueLength));
            versionCount++;
            valueBytes += operation.ValueLength;
            liveKeyCount += (operation.Kind == KvOperationKind.Put ? 1 : 0) - (facet.HadLiveValue ? 1 : 0);
        }
    }

    private void Fill(
        KvKey node, KvNode? earlier, in AppliedDelta delta, in KvPayloadOperation operation, in KvFacetReader facet, ReadOnlySpan<byte> value)
    {
        node.Sequence = delta.Sequence;
        node.Time = delta.SystemTime.Value;
        node.Ordinal = operation.Ordinal;
        node.PreviousSequence = facet.Previous.Sequence;
        node.PreviousOrdinal = facet.Previous.Ordinal;
        node.Flags = operation.Kind == KvOperationKind.Delete ? KvNodeFlags.Deleted : KvNodeFlags.None;
        node.Distinction = applying is { } prepared ? prepared.Distinctions[operation.Ordinal] : default;
        node.Extras = KvExtras.Of(delta.Causes, delta.Metadata, operation.ExpiresAt);
        node.ValueLength = value.Length;

        // The same value written again is one value in memory.
        if (earlier is not null && earlier.Buffer.AsSpan(earlier.ValueOffset, earlier.ValueLength).SequenceEqual(value))
        {
            node.Buffer = earlier.Buffer;
            node.ValueOffset = earlier.ValueOffset;
            node.Distinction = earlier.Distinction.IsZero ? node.Distinction : earlier.Distinction;
        }
        else
        {
            node.Buffer = Active.Keep(value, out node.ValueOffset);
        }
    }
}
