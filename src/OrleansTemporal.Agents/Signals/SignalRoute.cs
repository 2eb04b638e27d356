using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Signals;

/// <summary>Where the entities of one ledger live, and what it counts.</summary>
internal sealed class SignalRoute
{
    private readonly SlotMap slots;

    public SignalRoute(IAgentDirectory directory, WorkspaceInfo workspace, CatalogEntry entry)
    {
        Schema = SchemaOf(entry);
        Durability = workspace.Durability;
        slots = entry.SlotMap.IsEmpty ? SlotMap.Single : SlotMap.FromBytes(entry.SlotMap.Span);
        Agents =
        [
            .. Enumerable.Range(0, slots.PartitionCount)
                .Select(partition => directory.Get<ISignalLedgerAgent>(new AgentId(workspace.Name, AgentKind.Signals, entry.Name, partition))),
        ];
    }

    public SignalSchema Schema { get; }

    public Durability Durability { get; }

    /// <summary>When the workspace was read that it was made with.</summary>
    public long ReadAt { get; init; }

    /// <summary>By partition.</summary>
    public ImmutableArray<ISignalLedgerAgent> Agents { get; }

    public int PartitionOf(string entity) => Agents.Length == 1 ? 0 : slots.PartitionOf(entity);

    /// <summary>The schema that an entry of the catalog holds.</summary>
    public static SignalSchema SchemaOf(CatalogEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Settings);
        return SignalSchemaJson.Read(json.RootElement) with { Version = entry.Sequence };
    }

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
