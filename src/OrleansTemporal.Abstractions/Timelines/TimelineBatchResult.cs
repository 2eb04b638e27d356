using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>The answer to a batch.</summary>
public sealed record TimelineBatchResult
{
    /// <summary>The receipt of the last delta of the batch, be it new or known.</summary>
    public required Receipt Receipt { get; init; }

    /// <summary>Deltas that became steps.</summary>
    public required int RecordedCount { get; init; }

    /// <summary>Deltas that were there before.</summary>
    public required int KnownCount { get; init; }

    /// <summary>Sequence of the first of the batch.</summary>
    public required long FirstSequence { get; init; }
}
