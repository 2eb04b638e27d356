using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>How far a view is, and what it holds.</summary>
public sealed record ViewStats
{
    /// <summary>Rows, or groups, at <see cref="SystemTime"/>.</summary>
    public required long RowCount { get; init; }

    /// <summary>Bytes in memory, about.</summary>
    public required long Bytes { get; init; }

    /// <summary>The moment up to which the source is in; zero before the first refresh.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The earliest moment that it answers for without looking at the source.</summary>
    public required HybridTimestamp KnownFrom { get; init; }

    /// <summary>Changes that it took in since it was built.</summary>
    public required long ChangeCount { get; init; }

    /// <summary>Times that it was built from all documents of its source since the agent opened.</summary>
    public required long BuildCount { get; init; }
}
