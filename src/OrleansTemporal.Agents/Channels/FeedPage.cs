using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>A piece of a channel in memory, shared by all who read it.</summary>
/// <param name="from">Where it begins.</param>
/// <param name="batch">What was read from there.</param>
/// <param name="examined">How many deltas were looked at for it.</param>
/// <param name="erasures">How far each source had erased before it was read.</param>
/// <param name="readAt">When that was asked.</param>
internal sealed class FeedPage(ChannelCursor from, ChannelBatch batch, long examined, IReadOnlyDictionary<AgentId, long> erasures, long readAt)
{
    // What an object for a delta costs beside its payload.
    private const int DeltaBytes = 256;

    // How long what was erased may still be handed out of memory.
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private long checkedAt = readAt;
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

    /// <summary>Deltas that were looked at to find those in it.</summary>
    public long Examined { get; } = examined;

    /// <summary>Whether it was asked long ago whether anything of it was erased.</summary>
    public bool IsStale(TimeProvider time) => erasures.Count > 0 && time.GetElapsedTime(Interlocked.Read(ref checkedAt)) >= FreshFor;

    /// <summary>Asks the sources whether they have erased anything since it was read. Costs a call for each source that can erase.</summary>
    /// <returns>True when none has.</returns>
    public async ValueTask<bool> IsIntactAsync(IAgentDirectory directory, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        foreach (var (agent, erasedThrough) in erasures)
        {
            if ((await directory.Get<IAgent>(agent).GetStatusAsync(cancellationToken).ConfigureAwait(false)).ErasedThrough != erasedThrough)
            {
                return false;
            }
        }

        Interlocked.Exchange(ref checkedAt, now);
        return true;
    }

    /// <summary>About what it costs.</summary>
    public long Bytes { get; } = batch.Deltas.Sum(static delta => (long)DeltaBytes + (delta.Payload?.Length ?? 0));

    /// <summary>What each delta says; asked for once, whoever needs it first.</summary>
    public Task<ImmutableArray<DeltaExplanation>> ExplainAsync(DeltaExplainer explainer)
    {
        lock (gate)
        {
            // One that failed is asked for again: the next reader may have more luck.
            return explaining is null or { IsCompleted: true, IsCompletedSuccessfully: false } ? explaining = explainer.ExplainAsync(Deltas, CancellationToken.None).AsTask() : explaining;
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
