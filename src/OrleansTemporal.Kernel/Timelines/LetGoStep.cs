namespace OrleansTemporal.Timelines;

/// <summary>What is remembered of a step that policy has let go of.</summary>
/// <param name="Sequence">Place in the agent's log.</param>
/// <param name="Id">The id that its writer gave it, so that it is recognised when it comes again; null for none.</param>
/// <param name="ObservedNorm">How long the change was, of a step that an observer recorded; −1 for a heartbeat, null for other steps.</param>
public readonly record struct LetGoStep(long Sequence, string? Id, double? ObservedNorm)
{
    /// <summary>The <see cref="ObservedNorm"/> of a heartbeat.</summary>
    public const double Heartbeat = -1;

    /// <summary>What is remembered of a step that is there still.</summary>
    public static LetGoStep Of(TimelineStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new(step.Sequence, step.Id, step.ObservedNorm);
    }
}
