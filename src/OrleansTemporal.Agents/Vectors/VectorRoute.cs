using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>Where the vectors of one collection live, and what it is.</summary>
internal sealed class VectorRoute
{
    private readonly SlotMap slots;

    public VectorRoute(IAgentDirectory directory, string workspace, CatalogEntry entry)
    {
        Entry = entry;
        Settings = SettingsOf(entry);
        slots = Settings.Partitions == 1 || entry.SlotMap.IsEmpty ? SlotMap.Single : SlotMap.FromBytes(entry.SlotMap.Span);
        Ids = [.. Enumerable.Range(0, slots.PartitionCount).Select(partition => new AgentId(workspace, AgentKind.Vectors, entry.Name, partition))];
        Agents = [.. Ids.Select(directory.Get<IVectorAgent>)];
    }

    public CatalogEntry Entry { get; }

    public VectorSettings Settings { get; }

    /// <summary>By partition.</summary>
    public ImmutableArray<AgentId> Ids { get; }

    /// <summary>By partition.</summary>
    public ImmutableArray<IVectorAgent> Agents { get; }

    public int PartitionOf(string id) => Agents.Length == 1 ? 0 : slots.PartitionOf(id);

    public IVectorAgent AgentOf(string id) => Agents[PartitionOf(id)];

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

    public static VectorSettings SettingsOf(CatalogEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Settings);
        return VectorSettingsJson.Decode(json.RootElement);
    }
}
