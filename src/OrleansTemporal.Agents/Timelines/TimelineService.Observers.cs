using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Timelines;

/// <content>Observers, which are shown states and record what differs.</content>
public sealed partial class TimelineService
{
    /// <summary>Makes an observer, or gives it another policy.</summary>
    /// <exception cref="TemporalException">NotFound, <c>timeline_not_found</c>, <c>branch_not_found</c>; Invalid, <c>invalid_field</c>.</exception>
    public async ValueTask<Receipt> DefineObserverAsync(CallContext call, string workspace, string name, string observer, ObserverPolicy policy, CancellationToken cancellationToken)
    {
        Names.Validate(observer, "observer");
        ObserverJson.Validate(policy);
        var agent = await ReachAsync(call, workspace, name, Verb.Admin, cancellationToken).ConfigureAwait(false);
        var define = new ObserverDefine { Name = observer, Policy = policy, Operation = Stamp(call, $"observer {observer}", workspace, name, policy.ToString()), Actor = call.Principal.Name };
        return await agent.DefineObserverAsync(define, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Shows a state to an observer. What it answers as captured is durable, unless the workspace is buffered; what waits is in memory.</summary>
    /// <exception cref="TemporalException">NotFound, <c>observer_not_found</c>; Conflict, <c>observer_not_active</c>; Invalid, as of a state that is recorded without an observer.</exception>
    public async ValueTask<ObserverResult> ObserveAsync(CallContext call, string workspace, string name, ObserverCapture capture, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var agent = await ReachAsync(call, workspace, name, Verb.Write, cancellationToken).ConfigureAwait(false);
        await access.ChargeAsync(workspace, capture.State.Length * (long)sizeof(float), cancellationToken).ConfigureAwait(false);
        var durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability;
        var body = call.IdempotencyKey is not null && call.BodyDigest.IsZero ? $"{Hash(capture.State)}|{string.Join(',', capture.Metadata)}" : "";
        capture = capture with { Operation = Stamp(call, $"observe {capture.Name}", workspace, name, body), Actor = call.Principal.Name, Durability = durability };
        return await agent.ObserveAsync(capture, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has an observer record what waits, and then pause, go on or end.</summary>
    /// <exception cref="TemporalException">NotFound, <c>observer_not_found</c>; Conflict, <c>observer_not_active</c>.</exception>
    public async ValueTask<ObserverResult> ControlObserverAsync(CallContext call, string workspace, string name, ObserverOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var verb = order.Action == ObserverAction.Flush ? Verb.Write : Verb.Admin;
        var agent = await ReachAsync(call, workspace, name, verb, cancellationToken).ConfigureAwait(false);
        var durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability;
        order = order with { Operation = Stamp(call, $"{order.Action} {order.Name}", workspace, name, order.ToString()), Actor = call.Principal.Name, Durability = durability };
        return await agent.ControlObserverAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The observers of a timeline in name order, those that were removed as well.</summary>
    public async ValueTask<ImmutableArray<ObserverInfo>> ListObserversAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).ListObserversAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>One observer.</summary>
    /// <exception cref="TemporalException">NotFound, <c>observer_not_found</c>.</exception>
    public async ValueTask<ObserverInfo> GetObserverAsync(CallContext call, string workspace, string name, string observer, CancellationToken cancellationToken) =>
        (await ListObserversAsync(call, workspace, name, cancellationToken).ConfigureAwait(false)).FirstOrDefault(info => info.Name == observer)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.ObserverNotFound, $"The timeline has no observer '{observer}'.") { Field = "observer" };
}
