using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>One node of an answer: a write, or a document.</summary>
public sealed record LineageItem
{
    /// <summary>The write; null for a document.</summary>
    public LineageWrite? Write { get; init; }

    /// <summary>The document as <c>namespace/key</c>; null for a write.</summary>
    public string? Document { get; init; }

    /// <summary>The version of the document that refers; none where no reference is meant.</summary>
    public WriteId WriteId { get; init; }

    /// <summary>False for a document that is referred to and has no live value.</summary>
    public bool Exists { get; init; } = true;

    /// <summary>Edges from the nearest start, where a distance is asked for.</summary>
    public int? Distance { get; init; }

    /// <summary>Neighbours or referrers, where they are counted.</summary>
    public long? Count { get; init; }
}
