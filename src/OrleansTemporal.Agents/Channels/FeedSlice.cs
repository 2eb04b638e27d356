using OrleansTemporal.Agents;

namespace OrleansTemporal.Channels;

/// <summary>Deltas of one page of a feed that one reader takes; nothing is copied.</summary>
/// <param name="Page">The page; null for nothing.</param>
/// <param name="Start">Index of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Next">The place behind them.</param>
/// <param name="HasMore">Whether there is more to read at once.</param>
internal readonly record struct FeedSlice(FeedPage? Page, int Start, int Count, ChannelCursor Next, bool HasMore)
{
    /// <summary>Deltas that were looked at for it, when so many of those that are in it are taken.</summary>
    public long ExaminedFor(int taken) => Page is { Deltas.IsEmpty: true } page ? page.Examined : taken;

    /// <summary>The deltas.</summary>
    public ReadOnlySpan<AgentDelta> Deltas => Page is null ? default : Page.Deltas.AsSpan(Start, Count);

    /// <summary>The place behind each.</summary>
    public ReadOnlySpan<ChannelCursor> Cursors => Page is null ? default : Page.Cursors.AsSpan(Start, Count);
}
