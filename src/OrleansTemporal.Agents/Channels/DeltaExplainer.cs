using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Channels;

/// <summary>
/// Says what deltas change. Those of documents say so themselves; for the others their agents are asked, once for each run
/// of deltas that follow each other.
/// </summary>
/// <param name="directory">Where agents are found.</param>
public sealed class DeltaExplainer(IAgentDirectory directory)
{
    /// <summary>What deltas say.</summary>
    /// <param name="deltas">Durable ones, of any agents.</param>
    /// <param name="cancellationToken">Stops the questions; nothing changes.</param>
    /// <returns>One explanation for each, in their order.</returns>
    /// <exception cref="TemporalException">An agent can not be read, or Corrupt: it does not have such a delta.</exception>
    public async ValueTask<ImmutableArray<DeltaExplanation>> ExplainAsync(IReadOnlyList<AgentDelta> deltas, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        var explained = ImmutableArray.CreateBuilder<DeltaExplanation>(deltas.Count);
        while (explained.Count < deltas.Count)
        {
            var first = deltas[explained.Count];
            if (first.Agent.Kind == AgentKind.Kv)
            {
                explained.Add(KvExplanations.Of(first));
                continue;
            }

            var count = CountRun(deltas, explained.Count);
            var answers = await directory.Get<IAgent>(first.Agent).ExplainDeltasAsync(first.Sequence - 1, count, cancellationToken).ConfigureAwait(false);
            if (answers.IsEmpty || answers[0].Sequence != first.Sequence)
            {
                throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{first.Agent} does not have delta {first.Sequence}.");
            }

            explained.AddRange(answers.AsSpan(0, Math.Min(count, answers.Length)));
        }

        return explained.MoveToImmutable();
    }

    /// <summary>Those deltas of a batch that pass a filter, in their order; what a delta says is asked for only when the filter needs it.</summary>
    /// <param name="deltas">Durable ones, of any agents.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="cancellationToken">Stops the questions; nothing changes.</param>
    public async ValueTask<ImmutableArray<AgentDelta>> SelectAsync(IReadOnlyList<AgentDelta> deltas, DeltaFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        ArgumentNullException.ThrowIfNull(filter);
        ImmutableArray<AgentDelta> passing = [.. deltas.Where(filter.PassesHeader)];
        if (!filter.NeedsExplanation || passing.IsEmpty)
        {
            return passing;
        }

        var explained = await ExplainAsync(passing, cancellationToken).ConfigureAwait(false);
        return [.. passing.Where((_, place) => filter.PassesChanges(explained[place]))];
    }

    private static int CountRun(IReadOnlyList<AgentDelta> deltas, int from)
    {
        var count = 1;
        while (from + count < deltas.Count && count < Limits.DeltaPageMax
            && deltas[from + count].Agent == deltas[from].Agent
            && deltas[from + count].Sequence == deltas[from].Sequence + count)
        {
            count++;
        }

        return count;
    }
}
