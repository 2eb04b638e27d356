using System.Collections.Immutable;
using OrleansTemporal.Channels;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Agents;

/// <summary>
/// Owner of one causal log. Contracts that extend it are grain-shaped: only <see cref="Task"/>,
/// <see cref="ValueTask"/> and <see cref="IAsyncEnumerable{T}"/> methods, immutable arguments and results, the
/// cancellation token last. The same interface is served in process, by a grain and by a cluster client.
/// </summary>
public interface IAgent
{
    /// <summary>Where the agent stands: sequence, root and sizes. Costs O(1).</summary>
    ValueTask<AgentStatus> GetStatusAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads deltas in sequence order, from <paramref name="afterSequence"/> exclusive; only durable ones, at most about 8 MiB.
    /// Whoever goes on where a page ended costs the page; whoever begins in the middle, what has to be read to know the root
    /// there: from the start of a segment, or of what is not sealed.
    /// </summary>
    /// <param name="afterSequence">0 for the beginning.</param>
    /// <param name="countMax">1 to <see cref="Limits.DeltaPageMax"/>.</param>
    /// <param name="cancellationToken">Stops the read; nothing changes.</param>
    ValueTask<DeltaPage> ReadDeltasAsync(long afterSequence, int countMax, CancellationToken cancellationToken);

    /// <summary>Reads the whole chain back from storage and compares it with the root in memory. Costs O(log).</summary>
    ValueTask<VerifyReport> VerifyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Does one step of moving data to colder tiers: seals, packs at most 64 MiB, or brings a segment back that is read much.
    /// Changes what bytes cost and no answer. A step that is cut short leaves what was.
    /// </summary>
    ValueTask<CoolReport> CoolAsync(CoolOrder order, CancellationToken cancellationToken);

    /// <summary>
    /// Says what deltas change, as only their agent can: series by their names, vectors and states against what was there
    /// before. One explanation for each durable delta behind a sequence, in order; fewer than asked for when they are long,
    /// and none only when there is no delta. Costs the reading of the deltas and O(changes).
    /// </summary>
    /// <param name="afterSequence">0 for the beginning.</param>
    /// <param name="countMax">1 to <see cref="Limits.DeltaPageMax"/>.</param>
    /// <param name="cancellationToken">Stops the read; nothing changes.</param>
    ValueTask<ImmutableArray<DeltaExplanation>> ExplainDeltasAsync(long afterSequence, int countMax, CancellationToken cancellationToken);
}
