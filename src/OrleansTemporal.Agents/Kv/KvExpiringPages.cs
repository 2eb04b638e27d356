namespace OrleansTemporal.Kv;

/// <summary>Puts the pages of several partitions together.</summary>
internal static class KvExpiringPages
{
    public static KvExpiringPage Merge(KvExpiringPage[] pages, int limit)
    {
        // A partition that has more to give hides everything behind its last place.
        var horizon = pages.Select(static page => page.Next).OfType<KvExpiryPlace>().Min(Comparer<KvExpiryPlace>.Create(Compare));
        var entries = pages.SelectMany(static page => page.Entries)
            .Where(entry => horizon is null || Compare(PlaceOf(entry), horizon) <= 0)
            .OrderBy(PlaceOf, Comparer<KvExpiryPlace>.Create(Compare))
            .ToList();
        var hasMore = horizon is not null || entries.Count > limit;
        return new KvExpiringPage
        {
            Entries = [.. entries.Take(limit)],
            Next = !hasMore ? null : entries.Count >= limit ? PlaceOf(entries[limit - 1]) : horizon,
            SystemTime = pages[0].SystemTime,
        };
    }

    private static KvExpiryPlace PlaceOf(KvExpiringEntry entry) => new(entry.ExpiresAt, entry.Key);

    // Without a key a place stands behind all keys of its instant.
    private static int Compare(KvExpiryPlace left, KvExpiryPlace right)
    {
        var order = left.ExpiresAt.CompareTo(right.ExpiresAt);
        return order != 0 ? order
            : left.Key is null || right.Key is null ? (left.Key is null ? 1 : 0) - (right.Key is null ? 1 : 0)
            : Utf8Order.Compare(left.Key, right.Key);
    }
}
