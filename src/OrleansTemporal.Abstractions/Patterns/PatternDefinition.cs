using System.Collections.Immutable;

namespace OrleansTemporal.Patterns;

/// <summary>A standing query over the points of streams, whose matches are points of the stream <c>alerts</c>.</summary>
public sealed record PatternDefinition
{
    /// <summary>What it looks for.</summary>
    public required PatternKind Kind { get; init; }

    /// <summary>The point, or the first of two.</summary>
    public required PatternCondition First { get; init; }

    /// <summary>The point that follows, or must not.</summary>
    public PatternCondition? Then { get; init; }

    /// <summary>How many points <see cref="PatternKind.Times"/> needs; 1 for the others.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Within what time, in nanoseconds.</summary>
    public required long Within { get; init; }

    /// <summary>How long event time goes on before it is certain that nothing followed, in nanoseconds; for points that come late.</summary>
    public long Lateness { get; init; }

    /// <summary>Tags whose values must be the same in all points of a match; matches have them.</summary>
    public ImmutableArray<string> On { get; init; } = [];

    /// <summary>What it reads, each condition once.</summary>
    public IEnumerable<PatternCondition> Conditions => Then is null ? [First] : [First, Then];
}
