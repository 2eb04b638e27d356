using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>A deletion: points that it selects and that were written before it are answered no more, except as of a moment before it.</summary>
public sealed record SeriesDelete
{
    /// <summary>Which points.</summary>
    public required SeriesSelector Selector { get; init; }

    /// <summary>How the deletion is recognised when it comes again, or null.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Its place in a write over several agents, or null.</summary>
    public WriteGroup? Group { get; init; }

    /// <summary>Who deletes.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Whether to answer when durable or when staged.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>A system time that the caller has seen; the deletion is ordered after it.</summary>
    public HybridTimestamp Observed { get; init; }
}
