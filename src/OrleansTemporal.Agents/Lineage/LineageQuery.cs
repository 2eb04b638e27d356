using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>One question about lineage.</summary>
public sealed record LineageQuery
{
    /// <summary>What is asked.</summary>
    public required LineageAsk Ask { get; init; }

    /// <summary>
    /// Where it begins: write ids, or documents as <c>namespace/key</c>, whichever the question is about; 1 to
    /// <see cref="Limits.LineageStartsMax"/>. None for <see cref="LineageAsk.MostReferenced"/>.
    /// </summary>
    public ImmutableArray<string> Of { get; init; } = [];

    /// <summary>The other ends of <see cref="LineageAsk.CommonAncestor"/>, the other end of <see cref="LineageAsk.Path"/> and <see cref="LineageAsk.Connected"/>.</summary>
    public ImmutableArray<string> With { get; init; } = [];

    /// <summary>Edges from the start at most; null for no bound but that of nodes.</summary>
    public int? Depth { get; init; }

    /// <summary>Which edges a path may take.</summary>
    public LineageDirection Direction { get; init; } = LineageDirection.Any;

    /// <summary>The namespace of <see cref="LineageAsk.Unreachable"/>; of <see cref="LineageAsk.MostReferenced"/> that of the documents referred to, or null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The moment: everything up to it and nothing later.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>Rows of the answer at most.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>Where to go on: what <see cref="LineageAnswer.Next"/> said.</summary>
    public string? Cursor { get; init; }

    /// <summary>Least similarity of a pair, above 0 and at most 1.</summary>
    public double Similarity { get; init; } = 0.5;

    /// <summary>How many walks, up to <see cref="Limits.LineageWalksMax"/>.</summary>
    public int Walks { get; init; } = 10;

    /// <summary>Edges of one walk, up to <see cref="Limits.LineageWalksMax"/>.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>What the walks are drawn from.</summary>
    public ulong Seed { get; init; }
}
