using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Signals;

public sealed partial class SignalService
{
    /// <summary>
    /// Defines a ledger, or adds to its definition. What is recorded keeps its meaning: types and their half-lives stay, types,
    /// windows and profiles may come.
    /// </summary>
    /// <param name="call">Who calls.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="ledger">Name of the ledger.</param>
    /// <param name="schema">All of what it counts from now on.</param>
    /// <param name="partitions">Agents that its entities are spread over, from 1 to <see cref="Limits.PartitionsMax"/>; null for one, or for as many as there are. Never changes.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>; Conflict, <c>schema_conflict</c>.</exception>
    public async ValueTask<CatalogChangeResult> DefineAsync(
        CallContext call, string workspace, string ledger, SignalSchema schema, int? partitions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Signals, ledger), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        SignalSchemaRules.Validate(schema);
        SignalSchemaRules.Require(partitions is null or (>= 1 and <= Limits.PartitionsMax), "partitions", $"is from 1 to {Limits.PartitionsMax}", Limits.PartitionsMax);
        var stamp = OperationStamps.Of(call, "put", $"signals/{workspace}/{ledger}", Encode(schema), $"partitions {partitions}");
        if (stamp is not null && await RecallAsync(workspace, ledger, stamp, cancellationToken).ConfigureAwait(false) is { } earlier)
        {
            return earlier;
        }

        var present = await routes.FindEntryAsync(workspace, ledger, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (present is not null)
        {
            var before = SignalRoute.SchemaOf(present);
            SignalSchemaRules.RequireAddsTo(before, schema);
            schema = SignalSchemaRules.Ordered(before, schema);
            var count = SlotMap.FromBytes(present.SlotMap.Span).PartitionCount;
            SignalSchemaRules.Require(partitions is null || partitions == count, "partitions", $"is {count} and never changes");
        }

        var settings = Encode(schema);
        SignalSchemaRules.Require(settings.Length <= Limits.SignalSchemaBytesMax, "body", $"has at most {Limits.SignalSchemaBytesMax} bytes", Limits.SignalSchemaBytesMax);
        var change = new CatalogChange
        {
            Kind = AgentKind.Signals,
            Name = ledger,
            Settings = settings,
            SlotMap = present is null ? SlotMap.Even(partitions ?? 1).ToBytes() : default,
            IfSequence = present?.Sequence ?? 0,
            Operation = stamp,
            Actor = call.Principal.Name,
        };
        var result = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        var route = await routes.ReloadAsync(workspace, ledger, cancellationToken).ConfigureAwait(false);
        await TellAsync(route, cancellationToken).ConfigureAwait(false);
        return result;
    }

    // What was defined already may not be definable any more, so a request that comes again is recognised before it is examined.
    private async ValueTask<CatalogChangeResult?> RecallAsync(string workspace, string ledger, OperationStamp stamp, CancellationToken cancellationToken)
    {
        try
        {
            var change = new CatalogChange { Kind = AgentKind.Signals, Name = ledger, IfSequence = CatalogChange.NoSequence, Operation = stamp };
            var result = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
            await TellAsync(await routes.ReloadAsync(workspace, ledger, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (TemporalException unknown) when (unknown.Code == ErrorCodes.PreconditionFailed)
        {
            return null;
        }
    }

    /// <summary>What a ledger counts, and what it holds.</summary>
    /// <exception cref="TemporalException">NotFound: <c>workspace_not_found</c>, <c>ledger_not_found</c>.</exception>
    public async ValueTask<SignalLedgerInfo> GetAsync(CallContext call, string workspace, string ledger, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Signals, ledger), Verb.Read, cancellationToken).ConfigureAwait(false);
        return await DescribeAsync(workspace, ledger, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ledgers of a workspace in name order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<SignalLedgerInfo>> ListAsync(
        CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Signals, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var entries = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ListAsync(AgentKind.Signals, after, limit, cancellationToken).ConfigureAwait(false);
        var ledgers = ImmutableArray.CreateBuilder<SignalLedgerInfo>(entries.Length);
        foreach (var entry in entries)
        {
            ledgers.Add(await DescribeAsync(workspace, entry.Name, cancellationToken).ConfigureAwait(false));
        }

        return ledgers.MoveToImmutable();
    }

    private async ValueTask<SignalLedgerInfo> DescribeAsync(string workspace, string ledger, CancellationToken cancellationToken)
    {
        var route = await routes.ReloadAsync(workspace, ledger, cancellationToken).ConfigureAwait(false);
        var sum = new SignalStats { EntityCount = 0, StateCount = 0, LateCount = 0, Bytes = 0 };
        foreach (var agent in route.Agents)
        {
            var stats = await agent.GetStatsAsync(cancellationToken).ConfigureAwait(false);
            sum = new SignalStats
            {
                EntityCount = sum.EntityCount + stats.EntityCount,
                StateCount = sum.StateCount + stats.StateCount,
                LateCount = sum.LateCount + stats.LateCount,
                Bytes = sum.Bytes + stats.Bytes,
            };
        }

        return new SignalLedgerInfo(ledger, route.Schema, route.Agents.Length, sum);
    }

    // Who was not told, because of a crash between the two, is told by the first write that needs it.
    private static Task TellAsync(SignalRoute route, CancellationToken cancellationToken) =>
        Task.WhenAll(route.Agents.Select(agent => agent.DefineAsync(route.Schema, cancellationToken).AsTask()));

    private static byte[] Encode(SignalSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            SignalSchemaJson.WriteMembers(json, schema);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
