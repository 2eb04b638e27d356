using System.Buffers;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Channels;

/// <content>
/// Checkpoints: each segment holds, beside its deltas, what they say. A channel opens from those and the deltas that are not
/// sealed, however long it has been there.
/// </content>
internal sealed partial class ChannelCore
{
    // Since the last cut.
    private Dictionary<AgentId, long> changed = [];
    private int cutCounts = 1;
    private long cutThrough;

    protected override bool ReplaysFromGenesis => false;

    private protected override ISegmentFacet? SegmentFacet => ChannelSegmentFacet.Instance;

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence)
    {
        var cut = new ChannelCheckpoint
        {
            First = cutThrough + 1,
            Last = lastSequence,
            Published = published,
            Counts = [.. counts.Skip(cutCounts)],
            Announced = [.. changed.Select(static pair => new AgentNotice(pair.Key, pair.Value))],
        };
        Forget(lastSequence);
        return (default, cut);
    }

    private protected override ReadOnlyMemory<byte> SegmentFacetOf(Generation generation)
    {
        var facet = new ArrayBufferWriter<byte>();
        ((ChannelCheckpoint)generation.Memory!).Write(facet);
        return facet.WrittenMemory;
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    private protected override async ValueTask RestoreSegmentsAsync(Manifest sealedState, CancellationToken cancellationToken)
    {
        foreach (var segment in sealedState.Segments)
        {
            var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
            var facet = await reader.ReadFacetAsync(cancellationToken).ConfigureAwait(false);
            var checkpoint = facet.IsEmpty ? null : ChannelSegmentFacet.Read(facet.Span);

            // What an earlier release has sealed, which wrote no checkpoints.
            await FoldSealedAsync(reader, checkpoint?.First - 1 ?? segment.LastSequence, Fold, cancellationToken).ConfigureAwait(false);
            if (checkpoint is not null)
            {
                Restore(segment, checkpoint);
            }
        }

        if (counts.Count - 1 != sealedState.SealedThrough / CountedEvery)
        {
            throw Corrupt($"its checkpoints count at {counts.Count - 1} of {sealedState.SealedThrough / CountedEvery} places");
        }

        Forget(sealedState.SealedThrough);
    }

    private void Restore(SegmentRef segment, ChannelCheckpoint checkpoint)
    {
        if (checkpoint.First < segment.FirstSequence || checkpoint.Last != segment.LastSequence)
        {
            throw Corrupt($"the checkpoint of segment {segment.FirstSequence} to {segment.LastSequence} is of deltas {checkpoint.First} to {checkpoint.Last}");
        }

        published = checkpoint.Published;
        counts.AddRange(checkpoint.Counts);
        foreach (var notice in checkpoint.Announced)
        {
            announced[notice.Agent] = notice.Sequence;
        }
    }

    private void Fold(DeltaRecord delta) => Fold(delta.Sequence, delta.HasPayload ? delta.Payload : (ReadOnlyMemory<byte>?)null);

    private void Forget(long lastSequence) => (changed, cutCounts, cutThrough) = ([], counts.Count, lastSequence);
}
