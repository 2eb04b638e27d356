namespace OrleansTemporal.Timelines;

/// <summary>What an observer has done. Steps are counted from the log; the rest since its agent was opened.</summary>
public sealed record ObserverMetrics
{
    /// <summary>Steps that it has recorded, without heartbeats.</summary>
    public required long DeltasCaptured { get; init; }

    /// <summary>Mean Euclidean length of these; 0 when there is none.</summary>
    public required double AverageMagnitude { get; init; }

    /// <summary>Steps without components.</summary>
    public required long Heartbeats { get; init; }

    /// <summary>States that were due and did not differ enough.</summary>
    public required long DeltasFiltered { get; init; }

    /// <summary>States that a newer one has taken the place of before they were due.</summary>
    public required long StatesCoalesced { get; init; }

    /// <summary>Bytes of the states that it was shown.</summary>
    public required long BytesProcessed { get; init; }

    /// <summary>Why the newest state that was refused was refused; null for none.</summary>
    public required string? LastError { get; init; }
}
