using System.Buffers.Binary;
using System.Collections.Concurrent;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Series;

/// <content>
/// Chunks in segments: each segment holds, beside its deltas, their points in chunks, the series that they name first, and
/// their deletions. Opening reads what series there are and where chunks are, and replays only what is behind the segments.
/// </content>
internal sealed partial class ChronicleCore
{
    private const byte FacetStateVersion = 1;
    private const byte PendingStateVersion = 2;
    private const int FacetStateBytes = 1 + sizeof(long);
    private const int PendingStateBytes = FacetStateBytes + sizeof(long);

    private readonly List<long> cuts = [];
    private readonly List<(long Sequence, byte[] Payload)> openDeletions = [];
    private readonly ConcurrentDictionary<string, SeriesSegment> segments = new(StringComparer.Ordinal);
    private int cutOrdinal;
    private long coveredThrough;
    private long trimmedThrough;
    private long legacyThrough;

    private protected override ISegmentFacet? SegmentFacet => SeriesSegmentFacet.Instance;

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence)
    {
        var cut = new SeriesCut(cutOrdinal, index.Count);
        cutOrdinal = index.Count;
        cuts.Add(lastSequence);
        bytesAtCut = memoryBytes;
        var state = new byte[FacetStateBytes];
        state[0] = FacetStateVersion;
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(1), versionCount);
        return (state, cut);
    }

    private protected override ReadOnlyMemory<byte> SegmentFacetOf(Generation generation)
    {
        var cut = (SeriesCut)generation.Memory!;
        var builder = new SeriesSegmentBuilder(generation.First, cut.FirstOrdinal);
        lock (Gate)
        {
            foreach (var (sequence, payload) in openDeletions)
            {
                if (sequence <= generation.Last)
                {
                    builder.AddDeletion(sequence, payload);
                }
            }

            foreach (var (sequence, payload) in openKeeps)
            {
                if (sequence <= generation.Last)
                {
                    builder.AddKeep(sequence, payload);
                }
            }
        }

        var views = new List<SeriesView>(SeriesAtATime);
        for (var first = 0; first < cut.EndOrdinal; first += SeriesAtATime)
        {
            views.Clear();
            lock (Gate)
            {
                for (var i = first; i < Math.Min(first + SeriesAtATime, cut.EndOrdinal); i++)
                {
                    if (i >= cut.FirstOrdinal)
                    {
                        builder.AddSeries(index[i].Key.Text, index[i].FirstSequence);
                    }

                    if (index[i].ToSeal(generation.Last, Bounds) is { } view)
                    {
                        views.Add(view);
                    }
                }
            }

            foreach (var view in views)
            {
                SeriesSegmentFacet.Write(PartsOf(view), builder);
            }
        }

        return builder.Finish();
    }

    private protected override void OnManifest(Manifest newest)
    {
        if (newest.SealedThrough > coveredThrough)
        {
            deltaTimes.RemoveRange(0, (int)Math.Min(deltaTimes.Count, newest.SealedThrough - coveredThrough));
            openDeletions.RemoveAll(deletion => deletion.Sequence <= newest.SealedThrough);
            openKeeps.RemoveAll(keep => keep.Sequence <= newest.SealedThrough);
            coveredThrough = newest.SealedThrough;
        }

        var named = newest.Segments.Select(static segment => segment.ObjectPath).ToHashSet(StringComparer.Ordinal);
        foreach (var path in segments.Keys)
        {
            if (!named.Contains(path))
            {
                segments.TryRemove(path, out _);
            }
        }
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
        if (facetState.IsEmpty)
        {
            // Sealed by a release that folded everything again.
            return;
        }

        var isPending = facetState[0] == PendingStateVersion;
        if (facetState.Length != (isPending ? PendingStateBytes : FacetStateBytes) || (!isPending && facetState[0] != FacetStateVersion))
        {
            throw Corrupt($"the manifest's state of the stream has {facetState.Length} bytes, or a version that is not known");
        }

        versionCount = BinaryPrimitives.ReadInt64LittleEndian(facetState[1..]);
        pendingFrom = isPending ? BinaryPrimitives.ReadInt64LittleEndian(facetState[FacetStateBytes..]) : 0;
    }

    private protected override async ValueTask RestoreSegmentsAsync(Manifest sealedState, CancellationToken cancellationToken)
    {
        var versions = versionCount;
        foreach (var segment in sealedState.Segments)
        {
            var chunks = await SegmentOfAsync(segment, cancellationToken).ConfigureAwait(false);
            var coveredFrom = chunks.Head?.CoveredFrom ?? segment.LastSequence + 1;
            if (coveredFrom > segment.FirstSequence)
            {
                await FoldLegacyAsync(segment, coveredFrom - 1, cancellationToken).ConfigureAwait(false);
            }

            if (chunks.Head is { } head)
            {
                await EnterAsync(chunks, head, cancellationToken).ConfigureAwait(false);
            }
        }

        openDeletions.Clear();
        openKeeps.Clear();
        versionCount = sealedState.FacetCounters.IsEmpty ? versionCount : versions;
        coveredThrough = trimmedThrough = sealedState.SealedThrough;
        cutOrdinal = index.Count;
        lock (Gate)
        {
            CountMemory();
        }
    }

    private async ValueTask EnterAsync(SeriesSegment chunks, SeriesSegmentHead head, CancellationToken cancellationToken)
    {
        var names = await chunks.ReadNamesAsync(cancellationToken).ConfigureAwait(false);
        if (head.FirstOrdinal != index.Count)
        {
            throw SeriesCorruption.Of(chunks.Segment, $"names series from {head.FirstOrdinal} on, and {index.Count} are before it");
        }

        try
        {
            foreach (var (text, firstSequence) in names.Series)
            {
                Enter(SeriesKey.Parse(text), firstSequence);
            }

            foreach (var (sequence, payload) in names.Deletions)
            {
                Fold(SeriesDeletionPayload.Read(payload), sequence);
            }

            foreach (var (sequence, payload) in names.Keeps)
            {
                Fold(SeriesKeepPayload.Read(payload), sequence);
            }
        }
        catch (TemporalException malformed) when (malformed.Kind == ErrorKind.Invalid)
        {
            throw SeriesCorruption.Of(chunks.Segment, $"names what is no series: {malformed.Message}");
        }
    }

    // Deltas of a release that had no chunks in segments: their points stay in memory.
    private async ValueTask FoldLegacyAsync(SegmentRef segment, long last, CancellationToken cancellationToken)
    {
        var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
        await FoldSealedAsync(
            reader, last, delta => Fold(delta.Sequence, delta.Kind, delta.HasPayload ? delta.Payload : (ReadOnlyMemory<byte>?)null), cancellationToken).ConfigureAwait(false);
        legacyThrough = last;
        for (var i = 0; i < index.Count; i++)
        {
            if (index[i].HasOpen)
            {
                var before = index[i].Bytes;
                index[i].Close([], closings);
                memoryBytes += index[i].Bytes - before;
            }
        }

        Publish(Take(closings), Encode);
    }

    private static List<SeriesPart> PartsOf(SeriesView view)
    {
        var parts = new List<SeriesPart>(view.Parts);
        for (var at = 0; at < view.Times.Length;)
        {
            var count = Math.Min(SeriesChunkMaker.CountMax, view.Times.Length - at);
            parts.Add(SeriesChunkMaker.MakeOfArrivals(view.Ordinal, view.Times.AsSpan(at, count), view.Sequences.AsSpan(at, count), view.Values.AsSpan(at, count)));
            at += count;
        }

        return parts;
    }

    private async ValueTask<SeriesSegment> SegmentOfAsync(SegmentRef segment, CancellationToken cancellationToken) =>
        segments.TryGetValue(segment.ObjectPath, out var known)
            ? known
            : segments[segment.ObjectPath] = await SeriesSegment.LoadAsync(Services, segment, Touch, cancellationToken).ConfigureAwait(false);
}
