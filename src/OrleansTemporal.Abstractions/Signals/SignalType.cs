using System.Collections.Immutable;

namespace OrleansTemporal.Signals;

/// <summary>One kind of event of a ledger: how its score decays and over which times its events are counted.</summary>
public sealed record SignalType
{
    /// <summary>Its name, unique in the ledger.</summary>
    public required string Name { get; init; }

    /// <summary>The half-life of its score; more than zero, whole milliseconds.</summary>
    public required SignalSpan HalfLife { get; init; }

    /// <summary>Further half-lives, each with a score of its own; with <see cref="HalfLife"/> at most <see cref="Limits.SignalHalfLivesMax"/>.</summary>
    public ImmutableArray<SignalSpan> HalfLives { get; init; } = [];

    /// <summary>Windows that answers count over, shortest first: whole minutes up to an hour, or whole hours up to seven days.</summary>
    public ImmutableArray<SignalSpan> Windows { get; init; } = [];
}
