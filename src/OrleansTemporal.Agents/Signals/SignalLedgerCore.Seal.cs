using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Signals;

/// <content>
/// Checkpoints: each segment holds, beside its deltas, the entities that changed in them as they were at its end, and the ids of
/// events that came in them. All segments together are the state.
/// </content>
internal sealed partial class SignalLedgerCore
{
    private const byte FacetStateVersion = 1;
    private const int FacetStateHeadBytes = 1 + sizeof(long);

    // The gate is held for so many entities at a time.
    private const int EntitiesAtATime = 256;

    private readonly Queue<SignalCut> cuts = new();
    private long sealedIds;

    private protected override ISegmentFacet? SegmentFacet => SignalSegmentFacet.Instance;

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence)
    {
        var cut = new SignalCut(lastSequence, table.Cut(), sealedIds, ids.Total);
        sealedIds = ids.Total;
        cuts.Enqueue(cut);
        var state = new ArrayBufferWriter<byte>();
        state.Write([FacetStateVersion]);
        BinaryPrimitives.WriteInt64LittleEndian(state.GetSpan(sizeof(long)), table.LateCount);
        state.Advance(sizeof(long));
        if (plan.Schema.Version > 0)
        {
            WriteSchema(state, plan.Schema);
        }

        return (state.WrittenMemory, cut);
    }

    private protected override ReadOnlyMemory<byte> SegmentFacetOf(Generation generation)
    {
        var cut = (SignalCut)generation.Memory!;
        var recent = new ArrayBufferWriter<byte>();
        int idCount;
        lock (Gate)
        {
            idCount = ids.Write(cut.FirstId, cut.EndId, recent);
        }

        var facet = new ArrayBufferWriter<byte>();
        SignalSegmentFacet.WriteHead(facet, idCount);
        facet.Write(recent.WrittenSpan);
        var first = 0;
        bool hasMore;
        do
        {
            lock (Gate)
            {
                hasMore = table.Write(cut.Snapshot, first, EntitiesAtATime, facet);
            }

            first += EntitiesAtATime;
        }
        while (hasMore);
        return facet.WrittenMemory;
    }

    private protected override void OnManifest(Manifest newest)
    {
        while (cuts.TryPeek(out var cut) && cut.LastSequence <= newest.SealedThrough)
        {
            table.Release(cuts.Dequeue().Snapshot);
        }
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
        if (facetState.Length < FacetStateHeadBytes || facetState[0] != FacetStateVersion)
        {
            throw Corrupt($"the manifest's state of the ledger has {facetState.Length} bytes, or a version that is not known");
        }

        table.LateCount = BinaryPrimitives.ReadInt64LittleEndian(facetState[1..]);
        if (facetState.Length > FacetStateHeadBytes)
        {
            plan = new SignalPlan(ReadSchema(facetState[FacetStateHeadBytes..].ToArray()));
            table.Define(plan.Decays);
        }
    }

    private protected override async ValueTask RestoreSegmentsAsync(Manifest sealedState, CancellationToken cancellationToken)
    {
        foreach (var segment in sealedState.Segments)
        {
            var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
            var facet = await reader.ReadFacetAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                SignalSegmentFacet.Split(facet, out var recent, out var entities);
                ids.Restore(recent.Span);
                table.Restore(entities.Span);
            }
            catch (FormatException malformed)
            {
                throw Corrupt($"the checkpoint of segment {segment.FirstSequence} to {segment.LastSequence} does not parse: {malformed.Message}");
            }
        }

        sealedIds = ids.Total;
    }

    private static void WriteSchema(IBufferWriter<byte> writer, SignalSchema schema)
    {
        using var json = new System.Text.Json.Utf8JsonWriter(writer);
        json.WriteStartObject();
        json.WriteNumber("version", schema.Version);
        SignalSchemaJson.WriteMembers(json, schema);
        json.WriteEndObject();
    }
}
