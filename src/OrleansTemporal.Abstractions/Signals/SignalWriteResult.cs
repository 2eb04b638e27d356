using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>What became of a batch in one agent.</summary>
public sealed record SignalWriteResult
{
    /// <summary>Where the delta stands.</summary>
    public required Receipt Receipt { get; init; }

    /// <summary>Events that count.</summary>
    public required int Accepted { get; init; }

    /// <summary>Events that had come before.</summary>
    public required int Duplicates { get; init; }
}
