namespace OrleansTemporal.Timelines;

/// <summary>Asks which components of a timeline change together.</summary>
public sealed record CoOccurrenceQuery
{
    /// <summary>The measure's bound when nothing else is said.</summary>
    public const double ThresholdDefault = 0.8;

    /// <summary>Components looked at when nothing else is said.</summary>
    public const int ComponentsDefault = 256;

    /// <summary>Where; of more than <see cref="Limits.CoOccurrenceStepsMax"/> steps the newest.</summary>
    public required TimelineSpan Span { get; init; }

    /// <summary>What is measured.</summary>
    public CoOccurrenceMeasure By { get; init; }

    /// <summary>Pairs with at least this.</summary>
    public double Threshold { get; init; } = ThresholdDefault;

    /// <summary>Components that changed in fewer steps are left out; at least 1.</summary>
    public int ChangesMin { get; init; } = 2;

    /// <summary>Components looked at: those that changed most often; 2 to <see cref="Limits.CoOccurrenceComponentsMax"/>.</summary>
    public int Components { get; init; } = ComponentsDefault;

    /// <summary>Pairs of the answer at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;
}
