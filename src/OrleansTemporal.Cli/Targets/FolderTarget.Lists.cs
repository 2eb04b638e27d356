using System.Runtime.CompilerServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    private const int PageCount = 1_000;

    public async IAsyncEnumerable<KvVersion> HistoryAsync(
        string ns, KvHistoryQuery query, string? filter, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        query = query with { Filter = System.Text.Encoding.UTF8.GetBytes(filter ?? "") };
        var next = query;
        while (countMax > 0)
        {
            var page = await database.KvService.GetHistoryAsync(
                Call, workspace, ns, next with { Limit = (int)Math.Min(countMax, PageCount) }, cancellationToken);
            if (!page.KeyExists)
                throw new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There was never a key '{query.Key}' in '{ns}'.");

            foreach (var version in page.Versions)
                yield return version;
            countMax -= page.Versions.Length;
            if (page.Next.IsNone)
                yield break;
            next = query with { Cursor = page.Next };
        }
    }

    public async IAsyncEnumerable<KvListEntry> ListAsync(
        string ns, string prefix, AsOf asOf, bool withValues, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new KvListQuery { Prefix = prefix, AsOf = asOf, WithValues = withValues };
        while (countMax > 0)
        {
            var page = await database.KvService.ListAsync(Call, workspace, ns, query with { Limit = (int)Math.Min(countMax, PageCount) }, cancellationToken);
            foreach (var entry in page.Entries)
                yield return entry;
            countMax -= page.Entries.Length;
            if (page.Next is null)
                yield break;
            query = query with { After = page.Next, AsOf = asOf.IsLatest && page.AsOf != HybridTimestamp.Zero ? AsOf.At(page.AsOf) : asOf };
        }
    }

    public async IAsyncEnumerable<KvNamespaceInfo> NamespacesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await database.KvService.ListNamespacesAsync(Call, workspace, after, PageCount, cancellationToken);
            foreach (var info in page)
                yield return info;
            if (page.Length < PageCount)
                yield break;
            after = page[^1].Name;
        }
    }

    public Task<HybridTimestamp> NowAsync(CancellationToken cancellationToken) => Task.FromResult(database.SystemTime);
}
