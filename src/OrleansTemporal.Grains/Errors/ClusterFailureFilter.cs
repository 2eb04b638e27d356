using OrleansTemporal.Agents;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Errors;

/// <summary>
/// Says in the product's own words what the cluster says when a call to an agent gets no answer. A message that the runtime
/// has rejected, because the agent was just leaving, ran nowhere and is sent again, and so is one that met an activation whose
/// agent lives elsewhere by now; of every other one it is not known whether a write was applied.
/// </summary>
internal sealed class ClusterFailureFilter : IOutgoingGrainCallFilter
{
    // An agent that comes and goes rejects a few messages in a row at most; a cluster that is not there rejects all of them at once.
    private const int SendsMax = 8;

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        for (var send = 1; ; send++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (OrleansException rejection) when (IsRejected(rejection) && IsOurs(context.Grain) && send < SendsMax)
            {
                continue;
            }
            catch (TemporalException fenced) when (IsFenced(fenced) && IsOurs(context.Grain))
            {
                if (send < SendsMax)
                {
                    continue;
                }

                throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, fenced.Message, fenced) { RetryAfter = TimeSpan.FromSeconds(1) };
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException && IsOurs(context.Grain))
            {
                throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{context.TargetId.Key} did not answer: {failure.Message}", failure)
                {
                    OutcomeUnknown = !IsRejected(failure),
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }
        }
    }

    // Nothing of the call was written.
    private static bool IsFenced(TemporalException failure) => failure is { Kind: ErrorKind.Fenced, OutcomeUnknown: false };

    private static bool IsOurs(object grain) => grain is IAgentGrain or IWorkspaceGrain;

    // What is derived from it, such as that a silo has gone, may come after the call has run.
    private static bool IsRejected(Exception failure) => failure.GetType() == typeof(OrleansMessageRejectionException);
}
