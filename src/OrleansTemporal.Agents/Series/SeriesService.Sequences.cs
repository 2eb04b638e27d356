using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    /// <summary>The agents of a stream and the newest durable sequence of each; none of a stream that nothing was ever written to.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>workspace_not_found</c>.</exception>
    public async ValueTask<ImmutableArray<AgentNotice>> GetSequencesAsync(CallContext call, string workspace, string stream, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Read, cancellationToken).ConfigureAwait(false);
        if (await routes.FindAsync(workspace, stream, cancellationToken).ConfigureAwait(false) is not { } route)
        {
            return [];
        }

        var status = await Task.WhenAll(route.Agents.Select(agent => agent.GetStatusAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        return [.. status.Select(static one => new AgentNotice(one.Agent, one.Sequence))];
    }
}
