using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    private const int HistoryStepCount = 256;

    /// <summary>
    /// Versions of one key that pass a filter; tombstones and erased versions have no value and pass none. A page ends, with
    /// a place to go on from, when it is full or has looked at <see cref="Limits.KeysScannedPerPageMax"/> versions.
    /// </summary>
    /// <param name="filter">The filter as JSON; empty for all versions.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c> or <c>malformed_json</c>; TooLarge, <c>query_too_large</c>.</exception>
    public async ValueTask<KvHistoryPage> QueryHistoryAsync(
        CallContext call, string workspace, string ns, KvHistoryQuery query, ReadOnlyMemory<byte> filter, CancellationToken cancellationToken)
    {
        if (filter.IsEmpty)
        {
            return await GetHistoryAsync(call, workspace, ns, query, cancellationToken).ConfigureAwait(false);
        }

        var condition = Filter.Parse(filter.Span);
        var passed = ImmutableArray.CreateBuilder<KvVersion>();
        var step = query with { Limit = HistoryStepCount };
        for (var scanned = 0; ;)
        {
            var page = await GetHistoryAsync(call, workspace, ns, step, cancellationToken).ConfigureAwait(false);
            foreach (var version in page.Versions)
            {
                scanned++;
                if (version.IsDeleted || version.IsErased || !condition.Matches(version.Value.Span))
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
