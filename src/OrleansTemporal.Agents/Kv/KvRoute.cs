using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

/// <summary>Where the keys of one namespace live: its slot map and a reference to the agent of each partition.</summary>
internal sealed class KvRoute
{
    private readonly SlotMap slots;
    private readonly uint[] digests;

    public KvRoute(IAgentDirectory directory, WorkspaceInfo info, CatalogEntry entry)
    {
        var workspace = info.Name;
        WorkspaceSequence = info.Sequence;
        Settings = KvSettingsCodec.Decode(entry);
        DataKeys = KvDataKeys.Of(workspace, info.DataKey, entry.Name, Settings);
        Placement = KvPlacement.Of(entry);
        slots = Placement.Slots;
        AllAgents =
        [
            .. Enumerable.Range(0, Placement.AgentCount)
                .Select(partition => directory.Get<IStorageAgent>(new AgentId(workspace, AgentKind.Kv, entry.Name, partition))),
        ];
        Agents = AllAgents[..slots.PartitionCount];
        digests = [.. Enumerable.Range(0, slots.PartitionCount).Select(partition => new AgentId(workspace, AgentKind.Kv, entry.Name, partition).Digest)];
    }

    public KvSettings Settings { get; }

    /// <summary>Which sequence of the registry of workspaces it was made with.</summary>
    public long WorkspaceSequence { get; }

    /// <summary>When the workspace was read that it was made with.</summary>
    public long ReadAt { get; init; }

    /// <summary>Which data keys values are written under; null when nothing is encrypted.</summary>
    public KvDataKeys? DataKeys { get; }

    public KvPlacement Placement { get; }

    public long MapVersion => slots.Version;

    /// <summary>True when keys have moved, so that agents may hold versions of keys that are not theirs.</summary>
    public bool HasMoved => slots.Version > 1;

    /// <summary>By partition.</summary>
    public ImmutableArray<IStorageAgent> Agents { get; }

    /// <summary>Those too that have no slots any more and keep their history.</summary>
    public ImmutableArray<IStorageAgent> AllAgents { get; }

    public IStorageAgent AgentOf(string key) => Agents.Length == 1 ? Agents[0] : Agents[slots.PartitionOf(key)];

    public int PartitionOf(string key) => Agents.Length == 1 ? 0 : slots.PartitionOf(key);

    /// <summary>
    /// Whether a version was written by the agent that has its key now. After more than one move it may have been written
    /// before the key went away and came back.
    /// </summary>
    public bool IsSurelyOwn(string key, WriteId version) => slots.Version <= 2 && version.AgentDigest == digests[PartitionOf(key)];

    /// <exception cref="TemporalException">Invalid, <c>sequence_needs_one_agent</c>.</exception>
    public void RequireOneAgentFor(AsOf asOf)
    {
        if (asOf.Sequence is not null && Agents.Length > 1)
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.SequenceNeedsOneAgent, "A sequence number has a meaning only where one agent answers; name an instant.")
            {
                Field = "asOf",
            };
        }
    }
}
