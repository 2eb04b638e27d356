using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>One atomic write to one collection: it becomes one delta, or nothing.</summary>
public sealed record VectorWrite
{
    /// <summary>Which collection of that name: the sequence of its entry in the catalog.</summary>
    public required long Collection { get; init; }

    /// <summary>What the collection is.</summary>
    public required VectorSettings Settings { get; init; }

    /// <summary>1 to <see cref="Limits.BatchCountMax"/> operations, applied in order; an id may occur more than once.</summary>
    public required ImmutableArray<VectorOperation> Operations { get; init; }

    /// <summary>Set to make the write recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who writes; empty for nobody in particular.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Whether the answer waits until the delta is durable.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>A system time that the caller has seen; the delta's own is later.</summary>
    public HybridTimestamp Observed { get; init; }

    /// <summary>Writes that this one follows from, of documents or of vectors of the same collection; at most <see cref="Limits.CausesMax"/>.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];

    /// <summary>Set when this is a part of one write over several agents.</summary>
    public WriteGroup? Group { get; init; }

    /// <summary>
    /// True when other parts of the write are there already: it is ended whatever happened in between, so a vector that is
    /// gone meanwhile is no reason to refuse its end, nor is that a collection has become full.
    /// </summary>
    public bool IsBegun { get; init; }
}
