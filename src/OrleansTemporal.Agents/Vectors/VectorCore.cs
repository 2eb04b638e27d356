using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Vectors;

/// <summary>State of a vector agent: the collections that had its name, one after the other, folded from the first delta.</summary>
internal sealed partial class VectorCore : AgentCore
{
    private static readonly SegmentOptions Options = new() { Parts = new VectorPayloadParts() };

    private readonly List<VectorCollection> collections = [];
    private readonly ILogger logger;

    public VectorCore(AgentId id, AgentServices services)
        : base(id, services)
    {
        logger = services.Loggers.CreateLogger<VectorCore>();
    }

    protected override bool ReplaysFromGenesis => true;

    protected override SegmentOptions SegmentOptions => Options;

    /// <summary>Counts of a collection, once what they rest on is durable.</summary>
    public async ValueTask<VectorStats> GetStatsAsync(long number, CancellationToken cancellationToken)
    {
        VectorStats stats;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            mark = Sequence;
            var collection = Find(number);
            stats = new VectorStats
            {
                Count = collection?.LiveCount ?? 0,
                VersionCount = collection?.VersionCount ?? 0,
                RowCount = collection?.Index.Rows.Count ?? 0,
                LinkedCount = collection?.Index.Linked ?? 0,
                Bytes = collection is null ? 0 : collection.Index.Rows.Bytes + collection.Index.GraphBytes + collection.Index.History.Bytes,
            };
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return stats;
    }

    protected override void Apply(in AppliedDelta delta)
    {
        if (delta.Payload is not { } payload)
        {
            throw Corrupt($"delta {delta.Sequence} has no payload, and vectors are not erased");
        }

        if (delta.Kind == VectorPayloadFormat.Index)
        {
            var (number, settings) = VectorIndexPayload.Read(payload, delta.Sequence);
            collections.Add(new VectorCollection(number, settings, (ulong)Encoder.AgentDigest));
            CountMemory();
            return;
        }

        if (delta.Kind != VectorPayloadFormat.Embed || collections.Count == 0)
        {
            throw Corrupt($"delta {delta.Sequence} is of kind {delta.Kind}, which has no place there");
        }

        collections[^1].Apply(new VectorPayloadReader(payload.Span), delta.Sequence, delta.SystemTime, delta.Causes);
        CountMemory();
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence) => (default, null);

    // In the gate.
    private VectorCollection? Find(long number) => collections.FindLast(collection => collection.Number == number);

    internal static TemporalException NoCollection(string name) =>
        new(ErrorKind.NotFound, ErrorCodes.CollectionNotFound, $"There is no collection '{name}'.") { Field = "collection" };
}
