using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>
/// Which views follow which agents, as they last said. A view that does not know yet follows everything; all views of a
/// workspace follow its catalog, which may say that they are over something else by now. Thread-safe.
/// </summary>
internal sealed class ViewFollowers
{
    private readonly Lock gate = new();
    private readonly Dictionary<IViewKeeper, (AgentKind Kind, string Name)?> views = [];
    private readonly Dictionary<(string Workspace, AgentKind Kind, string Name), HashSet<IViewKeeper>> bySource = [];
    private readonly HashSet<IViewKeeper> unknown = [];

    /// <summary>All views that are known.</summary>
    public IReadOnlyCollection<IViewKeeper> All
    {
        get
        {
            lock (gate)
            {
                return [.. views.Keys];
            }
        }
    }

    /// <summary>Takes in views that are new, and lets go of those that are not among these any more. O(views).</summary>
    public void KeepOnly(IEnumerable<IViewKeeper> present)
    {
        var kept = present.ToHashSet();
        lock (gate)
        {
            foreach (var gone in views.Keys.Where(view => !kept.Contains(view)).ToArray())
            {
                Remove(gone);
            }

            foreach (var view in kept.Where(view => !views.ContainsKey(view)))
            {
                Add(view, view.Source);
            }
        }
    }

    /// <summary>Takes in what a view says that it is over. O(1).</summary>
    public void Note(IViewKeeper view)
    {
        var source = view.Source;
        lock (gate)
        {
            if (!views.TryGetValue(view, out var before) || before != source)
            {
                Remove(view);
                Add(view, source);
            }
        }
    }

    /// <summary>The views that follow any of some agents, each once. O(agents + followers); of a catalog, O(views).</summary>
    public IReadOnlyCollection<IViewKeeper> Of(IEnumerable<AgentId> changed)
    {
        lock (gate)
        {
            var found = new HashSet<IViewKeeper>(unknown.Where(static view => view.IsOpen));
            foreach (var agent in changed)
            {
                if (agent.Kind == AgentKind.Catalog)
                {
                    found.UnionWith(views.Keys.Where(view => view.Id.Workspace == agent.Workspace && view.IsOpen));
                }
                else if (bySource.TryGetValue((agent.Workspace, agent.Kind, agent.Name), out var followers))
                {
                    found.UnionWith(followers);
                }
            }

            return found;
        }
    }

    // In the gate.
    private void Add(IViewKeeper view, (AgentKind Kind, string Name)? source)
    {
        views.Add(view, source);
        if (source is not { } known)
        {
            unknown.Add(view);
            return;
        }

        var key = (view.Id.Workspace, known.Kind, known.Name);
        if (!bySource.TryGetValue(key, out var followers))
        {
            bySource.Add(key, followers = []);
        }

        followers.Add(view);
    }

    // In the gate.
    private void Remove(IViewKeeper view)
    {
        unknown.Remove(view);
        if (views.Remove(view, out var source) && source is { } known && bySource.TryGetValue((view.Id.Workspace, known.Kind, known.Name), out var followers) && followers.Remove(view) && followers.Count == 0)
        {
            bySource.Remove((view.Id.Workspace, known.Kind, known.Name));
        }
    }
}
