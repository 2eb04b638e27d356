using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>
/// A directed graph without cycles, asked node by node: writes and their causes, or any other that can say which nodes a
/// node follows from. Algorithms ask for many nodes at once, so that a graph behind agents costs few calls. What it answers
/// must not change while one algorithm runs.
/// </summary>
/// <typeparam name="TNode">Names a node.</typeparam>
public interface ILineageGraph<TNode>
    where TNode : IEquatable<TNode>
{
    /// <summary>Neighbours of some nodes, in the order asked; of each node distinct ones, in the order of <see cref="Compare"/>.</summary>
    /// <param name="nodes">Nodes that a caller named or that this graph answered; each once.</param>
    /// <param name="direction">Which neighbours; for <see cref="LineageDirection.Any"/> those of both directions.</param>
    /// <param name="neighboursMax">More than this many of one node need not be answered, but one more has to be, so that the caller sees it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Errors.TemporalException">NotFound: a node that is not there; the message names it.</exception>
    ValueTask<ImmutableArray<ImmutableArray<TNode>>> ReadAsync(
        ImmutableArray<TNode> nodes, LineageDirection direction, int neighboursMax, CancellationToken cancellationToken);

    /// <summary>
    /// A total order of the nodes that were named or answered; zero only for equal ones. For writes a cause is always below
    /// its effects (system time, agent, sequence, ordinal).
    /// </summary>
    int Compare(TNode left, TNode right);
}
