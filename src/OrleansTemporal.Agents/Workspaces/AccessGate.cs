using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Workspaces;

/// <summary>What every facade call passes before it reaches an agent: authorization, quota and the caller's clock.</summary>
public sealed class AccessGate(IAuthorizer authorizer, IQuota quota, HybridClock clock)
{
    /// <summary>The present moment: what this process has issued or seen, or the wall, whichever is later.</summary>
    public HybridTimestamp Now => HybridTimestamp.Max(clock.Last, HybridTimestamp.FromMilliseconds(clock.NowMilliseconds));

    /// <summary>A moment of its own, which no delta of this process has and later ones are behind.</summary>
    public HybridTimestamp NextMoment() => clock.Next();

    /// <summary>Refuses what the authorizer refuses, and orders the call after what the caller has seen.</summary>
    /// <exception cref="TemporalException">Forbidden; or <c>as_of_in_future</c> when the caller has seen a time that this clock can not have given.</exception>
    public ValueTask EnterAsync(CallContext call, Resource resource, Verb verb, CancellationToken cancellationToken)
    {
        if (call.Observed > clock.Last)
        {
            clock.EnsureNotInFuture(call.Observed);
            clock.Receive(call.Observed);
        }

        var allowed = authorizer.IsAllowedAsync(call.Principal, resource, verb, cancellationToken);
        if (allowed.IsCompletedSuccessfully)
        {
            return allowed.Result ? ValueTask.CompletedTask : throw Refusal(resource, verb);
        }

        return WaitAsync(allowed, resource, verb);
    }

    /// <summary>Takes bytes from the workspace's allowance before a write is staged.</summary>
    public ValueTask ChargeAsync(string workspace, long bytes, CancellationToken cancellationToken) =>
        quota.ChargeAsync(workspace, bytes, cancellationToken);

    private static async ValueTask WaitAsync(ValueTask<bool> allowed, Resource resource, Verb verb)
    {
        if (!await allowed.ConfigureAwait(false))
        {
            throw Refusal(resource, verb);
        }
    }

    private static TemporalException Refusal(Resource resource, Verb verb) => new(
        ErrorKind.Forbidden,
        ErrorCodes.Forbidden,
        $"{verb} on {AgentKinds.ToName(resource.Kind)}/{resource.Name} of workspace '{resource.Workspace}' is not allowed.");
}
