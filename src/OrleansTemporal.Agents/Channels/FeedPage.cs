using System.Collections.Immutable;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Channels;

/// <summary>A piece of a channel in memory, shared by all who read it.</summary>
internal sealed class FeedPage(ChannelCursor from, ChannelBatch batch)
{
    // What an object for a delta costs beside its payload.
    private const int DeltaBytes = 256;

    private readonly Lock gate = new();
    private Task<ImmutableArray<DeltaExplanation>>? explaining;

    /// <summary>Where it begins.</summary>
    public ChannelCursor From { get; } = from;

    /// <summary>Where it ends.</summary>
    public ChannelCursor Next { get; } = batch.Next;

    /// <summary>Whether the channel had more behind it when it was read.</summary>
    public bool HasMore { get; } = batch.HasMore;

    /// <summary>What stands in it.</summary>
    public ImmutableArray<AgentDelta> Deltas { get; } = batch.Deltas;

    /// <summary>The place behind each delta.</summary>
    public ImmutableArray<ChannelCursor> Cursors { get; } = batch.Cursors;

    /// <summary>About what it costs.</summary>
    public long Bytes { get; } = batch.Deltas.Sum(static delta => (long)DeltaBytes + (delta.Payload?.Length ?? 0));

    /// <summary>What each delta says; asked for once, whoever needs it first.</summary>
    public Task<ImmutableArray<DeltaExplanation>> ExplainAsync(DeltaExplainer explainer)
    {
        lock (gate)
        {
            // One that failed is asked for again: the next reader may have more luck.
            return explaining is null or { IsFaulted: true } ? explaining = explainer.ExplainAsync(Deltas, CancellationToken.None).AsTask() : explaining;
        }
    }

    /// <summary>Whether it has what stands behind a place, or ends there.</summary>
    public bool Covers(ChannelCursor place) => place >= From && place < Next;

    /// <summary>What stands behind a place of it.</summary>
    /// <param name="place">The place.</param>
    /// <param name="countMax">How many at most.</param>
    /// <param name="isFollowed">Whether another page stands behind this one.</param>
    public FeedSlice SliceFrom(ChannelCursor place, int countMax, bool isFollowed)
    {
        var at = Cursors.BinarySearch(place);
        var start = place == From ? 0 : at >= 0 ? at + 1 : ~at;
        var count = Math.Min(countMax, Deltas.Length - start);
        var end = start + count;
        return new FeedSlice(this, start, count, end == Deltas.Length ? Next : Cursors[end - 1], end < Deltas.Length || HasMore || isFollowed);
    }
}
