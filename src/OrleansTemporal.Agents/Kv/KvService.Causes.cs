using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    /// <summary>Which agents of a workspace hold writes.</summary>
    internal LineageAgents LineageAgents { get; }

    /// <summary>
    /// Refuses causes that are not there, before anything is written, and orders the call after those that are. They are
    /// durable by then, so no effect can outlive its cause.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>cause_not_found</c>.</exception>
    internal async ValueTask<CallContext> FollowCausesAsync(CallContext call, string workspace, ImmutableArray<WriteId> causes, CancellationToken cancellationToken)
    {
        if (causes.IsDefaultOrEmpty)
        {
            return call;
        }

        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var map = await LineageAgents.ReadAsync(workspace, cancellationToken).ConfigureAwait(false);
        var latest = call.Observed;
        foreach (var group in causes.GroupBy(static cause => cause.AgentDigest))
        {
            ImmutableArray<WriteId> wanted = [.. group.Take(Limits.LineageBatchMax)];
            var agent = map.Find(group.Key) ?? throw CauseNotFound(wanted[0]);
            var found = await LineageAgents.Get(agent).GetWritesAsync(wanted, AsOf.Latest, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < wanted.Length; i++)
            {
                latest = HybridTimestamp.Max(latest, (found[i] ?? throw CauseNotFound(wanted[i])).SystemTime);
            }
        }

        return call with { Observed = latest };
    }

    /// <summary>The refusal of a cause that is not there.</summary>
    internal static TemporalException CauseNotFound(WriteId cause) =>
        new(ErrorKind.Invalid, ErrorCodes.CauseNotFound, $"No write of this workspace has the id {cause}, so nothing can follow from it.") { Field = "causes" };
}
