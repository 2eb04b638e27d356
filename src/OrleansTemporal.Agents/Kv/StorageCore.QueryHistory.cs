using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    private const int HistoryStepCount = 256;

    /// <summary>Versions of one key, whoever has written them, that pass the query's filter; looks at a bounded number.</summary>
    public async ValueTask<KvHistoryPage> QueryHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken)
    {
        var filter = FilterOf(query.Filter);
        var passed = ImmutableArray.CreateBuilder<KvVersion>();
        var step = query with { Limit = HistoryStepCount, Filter = default };
        for (var scanned = 0; ;)
        {
            var page = await GetHeldHistoryAsync(step, cancellationToken).ConfigureAwait(false);
            foreach (var version in page.Versions)
            {
                scanned++;
                if (version.IsDeleted || version.IsErased || !filter.Matches(version.Value.Span))
                {
                    continue;
                }

                passed.Add(version);
                if (passed.Count == query.Limit)
                {
                    var isLast = page.Next.IsNone && ReferenceEquals(version, page.Versions[^1]);
                    return page with { Versions = passed.DrainToImmutable(), Next = isLast ? WriteId.None : version.WriteId };
                }
            }

            if (page.Next.IsNone || scanned >= Limits.KeysScannedPerPageMax)
            {
                return page with { Versions = passed.DrainToImmutable() };
            }

            step = step with { Cursor = page.Next };
        }
    }
}
