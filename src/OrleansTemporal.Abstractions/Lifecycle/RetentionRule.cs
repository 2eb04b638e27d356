using System.Collections.Immutable;

namespace OrleansTemporal.Lifecycle;

/// <summary>How long what has been replaced is kept. Without a rule it is kept for ever.</summary>
public sealed record RetentionRule
{
    /// <summary>What the rule is for: <c>kv/</c> and a namespace, <c>timelines/</c> and a timeline or <c>series/</c> and a stream, or the beginning of one and <c>*</c>.</summary>
    public required string Match { get; init; }

    /// <summary>
    /// Versions that were replaced, deleted or over longer ago may go; the newest of a key stays. Of a timeline, older steps
    /// become one; of a stream, points of which the event time is longer ago go. 1 to 36,500 days; zero, not for documents, keeps
    /// them whatever their age.
    /// </summary>
    public TimeSpan Keep { get; init; }

    /// <summary>Of a timeline: steps of a branch that so many newer ones follow become one; 0 for none.</summary>
    public long KeepLast { get; init; }

    /// <summary>Of a timeline: coarser resolutions for older steps; of a stream: windows for older points. From fine to coarse.</summary>
    public ImmutableArray<DownsampleLevel> Downsample { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(RetentionRule? other) =>
        other is not null && Match == other.Match && Keep == other.Keep && KeepLast == other.KeepLast && Downsample.AsSpan().SequenceEqual(other.Downsample.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Match, Keep, KeepLast, Downsample.Length);

    /// <summary>Whether the rule is for a namespace.</summary>
    /// <param name="name">The facet, a slash and the namespace.</param>
    public bool IsFor(string name) => Match.EndsWith('*')
        ? name.AsSpan().StartsWith(Match.AsSpan(0, Match.Length - 1), StringComparison.Ordinal)
        : string.Equals(Match, name, StringComparison.Ordinal);
}
