using OrleansTemporal.Causality;
using OrleansTemporal.Queries;
using OrleansTemporal.Views;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    // An index that names more than this share of the documents is slower than looking at all of them.
    private const int IndexShareMin = 2;

    private const int IndexedKeysPerRead = 100;

    private IViewAgent IndexesOf(string workspace, string ns) => directory.Get<IViewAgent>(new AgentId(workspace, AgentKind.Views, ns, ViewCore.IndexPartition));

    // All documents in the order of a field that has an index: a page looks at no more than it answers. Null when they are not asked for.
    private async ValueTask<KvQueryResult?> InIndexOrderAsync(
        string workspace, string ns, KvRoute? route, KvQueryRequest request, AsOf moment, CancellationToken cancellationToken)
    {
        if (!request.UseIndexes || route?.Settings.Indexes is not { IsEmpty: false } fields || moment.SystemTime is not { } time
            || request is not { Filter.IsEmpty: true, Prefix.Length: 0, GroupBy.IsEmpty: true, Aggregates.IsEmpty: true, Sort: [{ Descending: false } sort] } || !fields.Contains(sort.Field))
        {
            return null;
        }

        var before = request.Cursor?.Seen ?? 0;
        var skip = (int)Math.Max(0, request.Skip - before);
        var lookup = new ViewLookup { Field = sort.Field, AsOf = moment, CountMax = skip + request.Limit, InOrder = true, After = request.Cursor?.After };
        var found = await IndexesOf(workspace, ns).FindAsync(lookup, cancellationToken).ConfigureAwait(false);
        if (!found.IsKnown)
        {
            return null;
        }

        var rows = new List<KvQueryRow>();
        var (projection, bytes) = (Projection.Of(request.Select), 0L);
        foreach (var keys in found.Keys.Skip(skip).Chunk(IndexedKeysPerRead))
        {
            if (bytes >= Limits.QueryAnswerBytesMax)
            {
                break;
            }

            var results = await GetManyAsync(route, [.. keys], moment, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < keys.Length && bytes < Limits.QueryAnswerBytesMax; i++)
            {
                if (results[i].Version is not { IsErased: false } version)
                {
                    // Erased since: only those who look at all documents know what that leaves.
                    return null;
                }

                rows.Add(KvQueryTurn.RowOf(projection, keys[i], version));
                bytes += rows[^1].Value.Length;
            }
        }

        var seen = before + skip + rows.Count;
        return new KvQueryResult
        {
            Rows = [.. rows],
            Total = found.RowCount,
            AsOf = time,
            Next = rows.Count > 0 && seen < found.RowCount ? new KvQueryCursor(time, seen, found.RowCount, rows[^1].Key) : null,
            Plan = new KvQueryPlan { Path = "order", Index = sort.Field, ChangeCount = found.ChangeCount, KeyCount = rows.Count, ByteCount = bytes, PartitionCount = route.Agents.Length, ExitedEarly = seen < found.RowCount },
        };
    }

    // How a query is answered: from the documents that an index names, or by looking at all.
    private async ValueTask<(KvQueryRun Run, string? Index, long ChangeCount)> PlanAsync(
        string workspace, string ns, KvRoute? route, KvQueryRequest request, AsOf moment, CancellationToken cancellationToken)
    {
        if (request.UseIndexes && route?.Settings.Indexes is { IsEmpty: false } fields && moment.SystemTime is not null && KvIndexes.Choose(request.Filter.Span, fields) is var (field, range))
        {
            var lookup = new ViewLookup { Field = field, From = range.From, To = range.To, AsOf = moment, CountMax = Limits.IndexedKeysMax };
            var found = await IndexesOf(workspace, ns).FindAsync(lookup, cancellationToken).ConfigureAwait(false);
            if (found.IsKnown && found.Keys.Length <= Math.Max(1, found.RowCount / IndexShareMin))
            {
                var documents = new KvIndexedDocuments(found.Keys, Filter.Parse(request.Filter.Span), (keys, stop) => GetManyAsync(route, keys, moment, stop));
                return (new KvQueryRun(request, moment, [documents.QueryAsync], route.MapVersion, route.Placement.AgentCount), field, found.ChangeCount);
            }
        }

        return (new KvQueryRun(request, moment, route?.Agents ?? [], route?.MapVersion ?? 0, route?.Placement.AgentCount ?? 0), null, 0);
    }
}
