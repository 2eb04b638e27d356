using System.Collections.Immutable;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>
/// Answers the turns of a query from the documents of some keys, as a partition answers them from all of its own: the filter is put
/// to each, so an index need not be right about more than that no document is missing.
/// </summary>
/// <param name="keys">In the order of keys.</param>
/// <param name="filter">The whole filter.</param>
/// <param name="read">Reads keys as of the moment of the query.</param>
internal sealed class KvIndexedDocuments(
    ImmutableArray<string> keys, Filter filter, Func<ImmutableArray<string>, CancellationToken, ValueTask<ImmutableArray<KvReadResult>>> read)
{
    // A page is often full after a few.
    private const int KeysPerReadMin = 16;
    private const int KeysPerReadMax = 512;

    /// <summary>One bounded turn.</summary>
    public async ValueTask<KvQueryPage> QueryAsync(KvQuery query, CancellationToken cancellationToken)
    {
        var turn = new KvQueryTurn(query, filter, 0);
        var at = query.After is { } after ? keys.BinarySearch(after, Utf8Order.Comparer) is >= 0 and var found ? found + 1 : ~keys.BinarySearch(after, Utf8Order.Comparer) : 0;
        for (var size = KeysPerReadMin; at < keys.Length; size = Math.Min(2 * size, KeysPerReadMax))
        {
            var chunk = keys.Slice(at, Math.Min(size, keys.Length - at));
            var results = await read(chunk, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++, at++)
            {
                turn.Look(isSealed: false);
                if (chunk[i].StartsWith(query.Prefix, StringComparison.Ordinal) && results[i].Version is { IsErased: false } version)
                {
                    turn.Take(new KvKeyName(chunk[i]), version.WriteId, version.SystemTime, version.Value, version.ExpiresAt ?? default);
                }

                if (turn.IsOver)
                {
                    return turn.ToPage(at + 1 < keys.Length ? chunk[i] : null, query.AsOf.SystemTime!.Value);
                }
            }
        }

        return turn.ToPage(null, query.AsOf.SystemTime!.Value);
    }
}
