namespace OrleansTemporal.Timelines;

/// <summary>Asks for the values that one component took.</summary>
public sealed record TimelineEvolutionQuery
{
    /// <summary>Where.</summary>
    public required TimelineSpan Span { get; init; }

    /// <summary>The component, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Go on behind this step; 0 for the beginning.</summary>
    public long AfterSequence { get; init; }

    /// <summary>Values at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountMax;
}
