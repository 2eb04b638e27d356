using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>
/// Small objects that name the agents whose erased bytes may be on disk still, so that a process which starts opens them
/// and goes on, although nobody asks for them.
/// </summary>
internal static class ErasureMarks
{
    /// <summary>What the paths of the marks of a workspace begin with; of all workspaces without one.</summary>
    public static string PrefixOf(string? workspace) => workspace is null ? $"{SystemAgents.SystemWorkspace}/erasures/" : $"{SystemAgents.SystemWorkspace}/erasures/{workspace}/";

    /// <summary>The path of an agent's mark.</summary>
    public static string PathOf(AgentId agent) => PrefixOf(null) + SealedPaths.FolderOf(agent);

    /// <summary>The agents that are marked.</summary>
    public static async ValueTask<List<AgentId>> ListAsync(IObjectStore objects, CancellationToken cancellationToken)
    {
        var agents = new List<AgentId>();
        await foreach (var mark in objects.ListAsync(PrefixOf(null), cancellationToken).ConfigureAwait(false))
        {
            if (await objects.GetAsync(mark.Path, cancellationToken).ConfigureAwait(false) is { } stored
                && AgentId.TryParse(Encoding.ASCII.GetString(stored.Content.Span), out var agent))
            {
                agents.Add(agent);
            }
        }

        return agents;
    }
}
