using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>Asks one agent which of its documents refer to others.</summary>
public sealed record LineageReferenceQuery
{
    /// <summary>The document that is referred to, as <c>namespace/key</c>; null for any.</summary>
    public string? Target { get; init; }

    /// <summary>An instant; or the newest durable state.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>Rows of the page at most.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>Where to go on: what <see cref="LineageReferencePage.Next"/> said; empty for the beginning.</summary>
    public ReadOnlyMemory<byte> After { get; init; }
}
