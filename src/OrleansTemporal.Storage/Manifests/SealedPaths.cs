using System.Globalization;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>Where an agent's objects are. Every path starts with the workspace, so a workspace is removed by prefix.</summary>
public static class SealedPaths
{
    /// <summary>The folder of an agent: <c>workspace/kind/name/partition</c>.</summary>
    public static string FolderOf(AgentId agent) =>
        string.Create(CultureInfo.InvariantCulture, $"{agent.Workspace}/{AgentKinds.ToName(agent.Kind)}/{agent.Name}/{agent.Partition}");

    /// <summary>The agent in whose folder a path is; false when it is in none.</summary>
    public static bool TryParseAgent(string path, out AgentId agent)
    {
        ArgumentNullException.ThrowIfNull(path);
        agent = default;
        var parts = path.Split('/');
        return parts.Length > 4 && AgentId.TryParse($"{parts[1]}/{parts[0]}/{parts[2]}/{parts[3]}", out agent);
    }

    /// <summary>The path of an agent's manifest.</summary>
    public static string ManifestOf(AgentId agent) => $"{FolderOf(agent)}/manifest";

    /// <summary>A new path for a segment, alone or with the run of the same range.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="firstSequence">First sequence in it.</param>
    /// <param name="lastSequence">Last sequence in it.</param>
    /// <param name="nonce">From a seeded source: a try that failed halfway must not stand in the way of the next.</param>
    public static string Segment(AgentId agent, long firstSequence, long lastSequence, ulong nonce) =>
        string.Create(CultureInfo.InvariantCulture, $"{FolderOf(agent)}/segments/{firstSequence:d20}-{lastSequence:d20}-{nonce:x16}.seg");

    /// <summary>A new path for a run.</summary>
    /// <inheritdoc cref="Segment"/>
    public static string Run(AgentId agent, long firstSequence, long lastSequence, ulong nonce) =>
        string.Create(CultureInfo.InvariantCulture, $"{FolderOf(agent)}/runs/{firstSequence:d20}-{lastSequence:d20}-{nonce:x16}.run");
}
