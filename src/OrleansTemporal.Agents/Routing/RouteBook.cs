using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Routing;

/// <summary>What this process knows of the routes of one workspace, now and of the past; it asks the catalog for what is new. Thread-safe.</summary>
internal sealed class RouteBook(IAgentDirectory directory, string workspace)
{
    private readonly Lock gate = new();
    private RouteHistory history = new();
    private HybridTimestamp began;
    private HybridTimestamp closed;
    private long through;

    /// <summary>System time of the first delta of the workspace's catalog, as far as it was read: tells it from an earlier one of its name.</summary>
    public HybridTimestamp Began
    {
        get
        {
            lock (gate)
            {
                return began;
            }
        }
    }

    /// <summary>Asks the catalog for what it does not know yet.</summary>
    /// <param name="until">Up to this moment nothing is ever added; zero when that need not be.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public async ValueTask RefreshAsync(HybridTimestamp until, CancellationToken cancellationToken)
    {
        if (until != HybridTimestamp.Zero && until <= ClosedUntil())
        {
            return;
        }

        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        CatalogHistory page;
        do
        {
            var after = Through();
            page = await catalog.GetHistoryAsync(AgentKind.Catalog, after, until, cancellationToken).ConfigureAwait(false);
        }
        while (!Take(page, until));
    }

    /// <summary>Asks something of the history.</summary>
    public T Ask<T>(Func<RouteHistory, T> question)
    {
        lock (gate)
        {
            return question(history);
        }
    }

    private HybridTimestamp ClosedUntil()
    {
        lock (gate)
        {
            return closed;
        }
    }

    private long Through()
    {
        lock (gate)
        {
            return through;
        }
    }

    // False when there is more to ask for.
    private bool Take(CatalogHistory page, HybridTimestamp until)
    {
        lock (gate)
        {
            if (page.Began != began)
            {
                // Another workspace of the same name: everything is asked for again.
                var isFirst = began == HybridTimestamp.Zero;
                (history, began, closed) = (new RouteHistory(), page.Began, HybridTimestamp.Zero);
                if (!isFirst)
                {
                    through = 0;
                    return false;
                }
            }

            foreach (var entry in page.Entries.Where(entry => entry.Sequence > through))
            {
                history.Add(entry.Name, entry.SystemTime, entry.Sequence, DefinitionOf(entry));
            }

            through = Math.Max(through, page.Through);
            if (!page.HasMore)
            {
                closed = HybridTimestamp.Max(closed, until);
            }

            return !page.HasMore;
        }
    }

    private static RouteDefinition? DefinitionOf(CatalogEntry entry)
    {
        if (entry.IsRemoved)
        {
            return null;
        }

        using var json = JsonDocument.Parse(entry.Settings);
        return RouteJson.Read(json.RootElement);
    }
}
