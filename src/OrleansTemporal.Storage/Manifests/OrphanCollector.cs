using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>
/// Removes objects below an agent's folder that its manifest does not name: what a crash left between the writing of an
/// object and the swap. Called by the owner when it opens, before it seals anything; objects that branches use are pinned
/// in the manifest and stay.
/// </summary>
/// <param name="store">Where the objects are.</param>
public sealed class OrphanCollector(IObjectStore store)
{
    /// <summary>Objects looked at in one call at most; the rest waits for the next.</summary>
    public const int ObjectsMax = 1_000_000;

    /// <summary>Removes the orphans of one agent.</summary>
    /// <param name="agent">The agent, which the caller owns.</param>
    /// <param name="manifest">What stands; null when there is none.</param>
    /// <param name="cancellationToken">Stops between two objects; a later call goes on.</param>
    /// <returns>The paths that were removed.</returns>
    /// <exception cref="TemporalException">Unavailable, <c>storage_failed</c>.</exception>
    public async ValueTask<IReadOnlyList<string>> CollectAsync(AgentId agent, Manifest? manifest, CancellationToken cancellationToken)
    {
        var named = new HashSet<string>(StringComparer.Ordinal) { SealedPaths.ManifestOf(agent) };
        if (manifest is not null)
        {
            named.UnionWith(manifest.Segments.Select(static segment => segment.ObjectPath));
            named.UnionWith(manifest.Runs.Select(static run => run.ObjectPath));
            named.UnionWith(manifest.Pins.Select(static pin => pin.ObjectPath));
        }

        // Listed whole before anything is removed: a listing need not bear changes under it.
        var orphans = new List<string>();
        var folder = SealedPaths.FolderOf(agent);
        foreach (var kind in new[] { "segments", "runs" })
        {
            await foreach (var item in store.ListAsync($"{folder}/{kind}/", cancellationToken).ConfigureAwait(false))
            {
                if (!named.Contains(item.Path) && orphans.Count < ObjectsMax)
                {
                    orphans.Add(item.Path);
                }
            }
        }

        foreach (var path in orphans)
        {
            await store.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
        }

        return orphans;
    }
}
