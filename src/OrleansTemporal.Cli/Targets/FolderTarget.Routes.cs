using System.Runtime.CompilerServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Events;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task<bool> PutRouteAsync(string name, RouteDefinition route, CancellationToken cancellationToken) =>
        (await database.Routes.PutAsync(Call, workspace, name, route, cancellationToken)).Created;

    public async Task<RouteInfo> GetRouteAsync(string name, AsOf asOf, CancellationToken cancellationToken) =>
        await database.Routes.GetAsync(Call, workspace, name, asOf, cancellationToken);

    public async Task DeleteRouteAsync(string name, CancellationToken cancellationToken) =>
        await database.Routes.DeleteAsync(Call, workspace, name, cancellationToken);

    public async IAsyncEnumerable<RouteInfo> RoutesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await database.Routes.ListAsync(Call, workspace, after, Limits.PageCountMax, cancellationToken);
            foreach (var route in page)
                yield return route;
            if (page.Length < Limits.PageCountMax)
                yield break;
            after = page[^1].Name;
        }
    }

    public async IAsyncEnumerable<DomainEvent> EventsAsync(IReadOnlyCollection<string> types, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = default(DomainEventCursor);
        while (true)
        {
            var page = await database.Events.ReadAsync(Call, workspace, [.. types], cursor, Limits.PageCountDefault, cancellationToken);
            foreach (var one in page.Events)
                yield return one;
            if (!page.HasMore)
                yield break;
            cursor = page.Next;
        }
    }
}
