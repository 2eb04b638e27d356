using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Steps that follow each other and that policy lets go of, and the step behind them that stands for them: all of them since
/// the kept step before, those that went earlier as well.
/// </summary>
public sealed record ThinnedGroup
{
    /// <summary>Sequence of the step that is kept.</summary>
    public required long Keeper { get; init; }

    /// <summary>The resolution that is kept.</summary>
    public required string Resolution { get; init; }

    /// <summary>Those that go or have gone, ascending; at least one.</summary>
    public required ImmutableArray<LetGoStep> LetGo { get; init; }

    /// <summary>What they come to: components that the kept step does not set itself, with the values that it stands on.</summary>
    public required DeltaVector Vector { get; init; }

    /// <summary>How long the kept step's own change was, when an observer recorded it; as in <see cref="LetGoStep"/>.</summary>
    public required double? KeeperNorm { get; init; }

    /// <summary>The delta that set each of those; null when the kept step's sequence may stand for all.</summary>
    public required long[]? SetAt { get; init; }
}
