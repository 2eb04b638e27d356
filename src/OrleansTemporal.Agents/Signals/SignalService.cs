using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Signals;

/// <summary>
/// Weighted events on entities by ledger: routes to partitions and gathers from them. Written once against
/// <see cref="IAgentDirectory"/>, so it serves a process, a silo and a cluster client alike. Thread-safe.
/// </summary>
public sealed partial class SignalService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly HybridClock clock;
    private readonly SignalRoutes routes;

    /// <summary>Makes the facade over a directory.</summary>
    public SignalService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, HybridClock clock)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.clock = clock;
        routes = new SignalRoutes(directory, workspaces);
    }

    /// <summary>What is known of some entities, all at one moment.</summary>
    /// <exception cref="TemporalException">NotFound: <c>workspace_not_found</c>, <c>ledger_not_found</c>, <c>profile_not_found</c>; Invalid, <c>as_of_in_future</c>.</exception>
    public async ValueTask<SignalAnswer> ReadAsync(CallContext call, string workspace, string ledger, SignalQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var route = await EnterForReadAsync(call, workspace, ledger, query.AsOf, cancellationToken).ConfigureAwait(false);
        SignalQueryRules.Validate(query);
        var parts = query.Entities.Select((entity, index) => (Index: index, Partition: route.PartitionOf(entity))).GroupBy(static place => place.Partition).ToArray();
        if (parts.Length == 1)
        {
            return await route.Agents[parts[0].Key].ReadAsync(query, cancellationToken).ConfigureAwait(false);
        }

        route.RequireOneAgentFor(query.AsOf);
        var pinned = query with { At = AtOf(query.At, query.AsOf) };
        var answers = await Task.WhenAll(parts.Select(part =>
            route.Agents[part.Key].ReadAsync(pinned with { Entities = [.. part.Select(place => query.Entities[place.Index])] }, cancellationToken).AsTask())).ConfigureAwait(false);
        var readings = new SignalReading[query.Entities.Length];
        foreach (var (part, answer) in parts.Zip(answers))
        {
            foreach (var (place, reading) in part.Zip(answer.Readings))
            {
                readings[place.Index] = reading;
            }
        }

        return new SignalAnswer { Readings = ImmutableArray.Create(readings), At = answers[0].At, SystemTime = answers.Max(static answer => answer.SystemTime) };
    }

    /// <summary>The leaders over all partitions: exact, since each partition names its own.</summary>
    /// <exception cref="TemporalException">As <see cref="ReadAsync"/>; Invalid, <c>signal_not_found</c>, <c>invalid_field</c>.</exception>
    public async ValueTask<SignalTop> TopAsync(CallContext call, string workspace, string ledger, SignalTopQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var route = await EnterForReadAsync(call, workspace, ledger, query.AsOf, cancellationToken).ConfigureAwait(false);
        SignalQueryRules.Validate(query);
        route.RequireOneAgentFor(query.AsOf);
        if (route.Agents.Length == 1)
        {
            return await route.Agents[0].TopAsync(query, cancellationToken).ConfigureAwait(false);
        }

        var pinned = query with { At = AtOf(query.At, query.AsOf) };
        var tops = await Task.WhenAll(route.Agents.Select(agent => agent.TopAsync(pinned, cancellationToken).AsTask())).ConfigureAwait(false);
        return new SignalTop
        {
            Ranks =
            [
                .. tops.SelectMany(static top => top.Ranks)
                    .OrderByDescending(static rank => rank.Value)
                    .ThenBy(static rank => rank.Entity, Comparer<string>.Create(Kv.Utf8Order.Compare))
                    .Take(query.K),
            ],
            At = tops[0].At,
            SystemTime = tops.Max(static top => top.SystemTime),
        };
    }

    /// <summary>Lets go of what is remembered of a removed workspace.</summary>
    public void Forget(string workspace) => routes.Forget(workspace, null);

    private async ValueTask<SignalRoute> EnterForReadAsync(CallContext call, string workspace, string ledger, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Signals, ledger), Verb.Read, cancellationToken).ConfigureAwait(false);
        if (asOf.SystemTime is { } instant)
        {
            // The clock of this process may be another than the agent's.
            clock.EnsureNotInFuture(instant);
        }

        return await routes.GetAsync(workspace, ledger, cancellationToken).ConfigureAwait(false);
    }

    // Several agents answer for one moment of event time. As of the newest state each answers what it knows when it is asked.
    private EventTime AtOf(EventTime? at, AsOf asOf) => at ?? EventTime.Of(asOf.SystemTime ?? clock.Next());
}
