using OrleansTemporal.Causality;
using OrleansTemporal.Queries;
using OrleansTemporal.Views;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    // An index that names more than this share of the documents is slower than looking at all of them.
    private const int IndexShareMin = 2;

    private IViewAgent IndexesOf(string workspace, string ns) => directory.Get<IViewAgent>(new AgentId(workspace, AgentKind.Views, ns, ViewCore.IndexPartition));

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
