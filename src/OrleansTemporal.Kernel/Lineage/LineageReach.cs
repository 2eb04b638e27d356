using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>What a walk has reached, with the edges between: a graph in memory.</summary>
/// <typeparam name="TNode">Names a node.</typeparam>
public sealed class LineageReach<TNode>
    where TNode : IEquatable<TNode>
{
    private readonly Dictionary<TNode, int> places;

    internal LineageReach(ImmutableArray<LineageStep<TNode>> steps, Dictionary<TNode, int> places, bool isComplete)
    {
        Steps = steps;
        this.places = places;
        IsComplete = isComplete;
    }

    /// <summary>The reached nodes by distance, starts first; the same in every run.</summary>
    public ImmutableArray<LineageStep<TNode>> Steps { get; }

    /// <summary>False when a bound other than the depth cut the walk short.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether a node was reached.</summary>
    public bool Contains(TNode node) => places.ContainsKey(node);

    /// <summary>Place of a node in <see cref="Steps"/>, or −1.</summary>
    public int PlaceOf(TNode node) => places.TryGetValue(node, out var place) ? place : -1;

    /// <summary>
    /// Nodes without a neighbour in the walk's direction within what was reached: of a walk to causes the roots, of a walk to
    /// effects the frontier.
    /// </summary>
    public IEnumerable<LineageStep<TNode>> Ends() => Steps.Where(static step => step.Neighbours.IsEmpty);
}
