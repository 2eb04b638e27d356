namespace OrleansTemporal.Channels;

/// <summary>What a subscriber does with deltas, and where it keeps how far it has come: in the same place, in one step.</summary>
public interface IChannelEffect
{
    /// <summary>The cursor that the newest effect was stored with; the default when there is none.</summary>
    ValueTask<ChannelCursor> LoadCursorAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores the effect of a batch together with its <see cref="ChannelBatch.Next"/>: both or neither. Then every delta has
    /// its effect exactly once, whatever is lost, comes twice or dies.
    /// </summary>
    ValueTask ApplyAsync(ChannelBatch batch, CancellationToken cancellationToken);
}
