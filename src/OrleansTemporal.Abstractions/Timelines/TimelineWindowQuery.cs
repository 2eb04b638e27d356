namespace OrleansTemporal.Timelines;

/// <summary>Asks for the deltas of a line by windows, oldest first. The first window begins with the first delta that is asked for, each other where the one before ended.</summary>
public sealed record TimelineWindowQuery
{
    /// <summary>Where.</summary>
    public required TimelineSpan Span { get; init; }

    /// <summary>When a window is over.</summary>
    public DeltaWindowPolicy Policy { get; init; } = new();

    /// <summary>Go on behind this sequence, which ends a window; 0 for the beginning.</summary>
    public long AfterSequence { get; init; }

    /// <summary>Windows at most, 1 to <see cref="Limits.PageCountMax"/>; fewer when their components come to <see cref="Limits.TimelinePageBytesMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;
}
