using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Where the series of one stream live. All fields of a set of tags are in one partition.</summary>
internal sealed class SeriesRoute
{
    private readonly SlotMap slots;

    public SeriesRoute(IAgentDirectory directory, string workspace, CatalogEntry entry)
    {
        slots = entry.SlotMap.IsEmpty ? SlotMap.Single : SlotMap.FromBytes(entry.SlotMap.Span);
        Settings = SeriesSettingsCodec.Decode(entry, slots.PartitionCount);
        CreatedAt = entry.SystemTime;
        Ids = [.. Enumerable.Range(0, slots.PartitionCount).Select(partition => new AgentId(workspace, AgentKind.Series, entry.Name, partition))];
        Agents = [.. Ids.Select(directory.Get<IChronicleAgent>)];
    }

    public SeriesSettings Settings { get; }

    /// <summary>System time of the entry.</summary>
    public HybridTimestamp CreatedAt { get; }

    /// <summary>When the workspace was read that it was made with.</summary>
    public long ReadAt { get; init; }

    /// <summary>By partition.</summary>
    public ImmutableArray<AgentId> Ids { get; }

    /// <summary>By partition.</summary>
    public ImmutableArray<IChronicleAgent> Agents { get; }

    public int PartitionOf(string series) => Agents.Length == 1 ? 0 : slots.PartitionOf(SeriesKey.TagsOf(series));

    /// <summary>Refuses a sequence number where several agents answer.</summary>
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
