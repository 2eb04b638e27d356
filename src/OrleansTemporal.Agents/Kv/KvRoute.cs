using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>Where the keys of one namespace live: its slot map and a reference to the agent of each partition.</summary>
internal sealed class KvRoute
{
    private readonly SlotMap slots;

    public KvRoute(IAgentDirectory directory, string workspace, CatalogEntry entry)
    {
        Settings = KvSettingsCodec.Decode(entry);
        slots = entry.SlotMap.IsEmpty ? SlotMap.Single : SlotMap.FromBytes(entry.SlotMap.Span);
        Agents =
        [
            .. Enumerable.Range(0, slots.PartitionCount)
                .Select(partition => directory.Get<IStorageAgent>(new AgentId(workspace, AgentKind.Kv, entry.Name, partition))),
        ];
    }

    public KvSettings Settings { get; }

    /// <summary>By partition.</summary>
    public ImmutableArray<IStorageAgent> Agents { get; }

    public IStorageAgent AgentOf(string key) => Agents.Length == 1 ? Agents[0] : Agents[slots.PartitionOf(key)];

    public int PartitionOf(string key) => Agents.Length == 1 ? 0 : slots.PartitionOf(key);

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
