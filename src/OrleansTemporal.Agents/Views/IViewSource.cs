using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>The documents that views are derived from, whatever they are made of: all as of a moment, and some by key. Not thread-safe.</summary>
internal interface IViewSource
{
    /// <summary>What changes in it.</summary>
    IViewFeed NewFeed();

    /// <summary>The same for a reader beside: it knows what this one knows, and what it learns is its own.</summary>
    IViewSource Copy();

    /// <summary>Finds out where it is. One that is not there yet gets no document at or before the moment any more.</summary>
    ValueTask LocateAsync(HybridTimestamp moment, CancellationToken cancellationToken);

    /// <summary>Documents as of a moment. O(documents).</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="filter">What they have to pass, as far as the source can see to it; whoever takes them looks again.</param>
    /// <param name="take">Takes a page.</param>
    /// <param name="begin">Forgets all pages: the scan begins again.</param>
    /// <param name="cancellationToken">Ends the scan.</param>
    ValueTask ScanAsync(HybridTimestamp moment, ReadOnlyMemory<byte> filter, Action<ImmutableArray<KvQueryRow>> take, Action begin, CancellationToken cancellationToken);

    /// <summary>Documents by key as of a moment, in the order asked for; null for one that was not there.</summary>
    ValueTask<KvQueryRow?[]> ReadAsync(IReadOnlyList<string> keys, HybridTimestamp moment, CancellationToken cancellationToken);
}
