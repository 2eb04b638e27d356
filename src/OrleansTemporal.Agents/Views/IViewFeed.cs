using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>What changes in a source from one moment to the next. Not thread-safe.</summary>
internal interface IViewFeed
{
    /// <summary>What was valid here, and all that came later, is kept by the source.</summary>
    HybridTimestamp KeptFrom { get; }

    /// <summary>Begins at a moment, behind all that was before.</summary>
    ValueTask BeginAsync(HybridTimestamp moment, CancellationToken cancellationToken);

    /// <summary>Whether the source has deltas that were not looked at.</summary>
    ValueTask<bool> IsBehindAsync(CancellationToken cancellationToken);

    /// <summary>Whether anything was erased since the moment that it has come to, and no search before has found it. O(changes since that search).</summary>
    ValueTask<bool> HasErasedAsync(HybridTimestamp goal, CancellationToken cancellationToken);

    /// <summary>Goes on with the search of another feed of the source, whose place it takes.</summary>
    void GoOnSearching(IViewFeed before);

    /// <summary>
    /// The changes up to a moment, or up to an earlier one when there are many: by key, each in the order of its times. Nothing
    /// is given out before <see cref="Accept"/>.
    /// </summary>
    ValueTask<ViewFeedPage> ReadAsync(HybridTimestamp goal, bool keepsPast, CancellationToken cancellationToken);

    /// <summary>Says that what was read up to a moment is in.</summary>
    void Accept(HybridTimestamp through);
}
