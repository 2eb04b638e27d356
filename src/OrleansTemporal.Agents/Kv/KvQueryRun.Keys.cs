namespace OrleansTemporal.Kv;

internal sealed partial class KvQueryRun
{
    /// <summary>
    /// Rows in the order of keys. The total is counted by the first page, over every key, and travels in the cursor: the
    /// moment is fixed, so it stays true. Without it, and on later pages, the scan ends with the page.
    /// </summary>
    private async ValueTask<KvQueryResult> InKeyOrderAsync(CancellationToken cancellationToken)
    {
        var rows = new List<KvQueryRow>();
        var query = template with { After = request.Cursor?.After };
        var (skip, bytes, last) = (Skip, 0L, (string?)null);
        var isCut = false;
        while (rows.Count < request.Limit && bytes < Limits.QueryAnswerBytesMax)
        {
            if (parts.Any(IsWanting))
            {
                // Which row comes next is known when every partition has shown one, or is through.
                isCut = keyCount >= request.KeysScannedMax;
                if (isCut)
                {
                    break;
                }

                var rowCountMax = Math.Min(request.Limit - rows.Count + skip, Limits.PageCountMax);
                await AdvanceAsync(query with { RowCountMax = rowCountMax }, IsWanting, cancellationToken).ConfigureAwait(false);
            }
            else if (!GiveNext(null))
            {
                break;
            }
        }

        if (isCut)
        {
            // Up to the least key that a partition has come to, nothing is unknown.
            last = parts.Where(static part => !part.IsDone).Select(static part => part.After!).Min(Utf8Order.Comparer);
            var horizon = last;
            while (rows.Count < request.Limit && bytes < Limits.QueryAnswerBytesMax && GiveNext(horizon))
            {
                // GiveNext has done it.
            }

            last = rows.Count < request.Limit && bytes < Limits.QueryAnswerBytesMax ? horizon : last;
        }

        var seen = Seen + (Skip - skip) + rows.Count;
        var exitedEarly = parts.Any(static part => !part.IsDone);
        var hasMore = exitedEarly || parts.Any(static part => part.Rows.Count > 0);
        var total = request.Cursor?.Total ?? (request.WithTotal ? await CountAsync(query, seen, cancellationToken).ConfigureAwait(false) : hasMore ? null : seen);
        var result = Result("keys", total, hasMore && last is not null && (total is null || seen < total) ? Cursor(seen, total, last) : null);
        return result with
        {
            Rows = [.. rows],
            Plan = result.Plan with { IsComplete = !isCut && (!request.WithTotal || total is not null) },
        };

        // The next row of all partitions, unless it is behind the horizon.
        bool GiveNext(string? horizon)
        {
            var from = parts.Where(static part => part.Rows.Count > 0).MinBy(static part => part.Rows.Peek().Key, Utf8Order.Comparer);
            if (from is null || (horizon is not null && Utf8Order.Compare(from.Rows.Peek().Key, horizon) > 0))
            {
                return false;
            }

            var row = from.Rows.Dequeue();
            last = row.Key;
            if (skip > 0)
            {
                skip--;
                return true;
            }

            rows.Add(row);
            bytes += row.Value.Length;
            return true;
        }
    }

    private static bool IsWanting(Part part) => !part.IsDone && part.Rows.Count == 0;

    // Rows before the end of the page, those found already, and what the rest of the keys comes to; null when that is too much.
    private async ValueTask<long?> CountAsync(KvQuery query, long seen, CancellationToken cancellationToken)
    {
        var found = parts.Sum(static part => part.Rows.Count);
        var before = matchCount;
        while (keyCount < request.KeysScannedMax || parts.All(static part => part.IsDone))
        {
            if ((await AdvanceAsync(query with { RowCountMax = 0 }, static part => true, cancellationToken).ConfigureAwait(false)).Length == 0)
            {
                return seen + found + matchCount - before;
            }
        }

        return null;
    }
}
