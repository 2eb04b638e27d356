using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>The steps that one stands for beside itself. Immutable.</summary>
public sealed class ComposedSteps
{
    /// <summary>The steps that were let go, ascending; at least one.</summary>
    public required ImmutableArray<LetGoStep> LetGo { get; init; }

    /// <summary>Components that the step itself has set, ascending.</summary>
    public required int[] Own { get; init; }

    /// <summary>The step's own <see cref="TimelineStep.ObservedNorm"/>.</summary>
    public required double? OwnNorm { get; init; }

    /// <summary>The delta that set each component of the step as it is now; null when nobody needs to know and the step's own sequence stands for all.</summary>
    public required long[]? SetAt { get; init; }

    /// <summary>The resolution that is kept here: a period such as <c>1h</c>, a number of steps such as <c>10 steps</c>, or <c>base</c>.</summary>
    public required string Resolution { get; init; }

    /// <summary>The delta by which they went.</summary>
    public required long ThinnedBy { get; init; }
}
