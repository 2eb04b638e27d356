using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Asks for steps, oldest first.</summary>
public sealed record TimelineDeltaQuery
{
    /// <summary>Where.</summary>
    public required TimelineSpan Span { get; init; }

    /// <summary>True for the steps of all branches, whatever the span's branch is.</summary>
    public bool AllBranches { get; init; }

    /// <summary>Pairs that the steps have.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Go on behind this sequence; 0 for the beginning.</summary>
    public long AfterSequence { get; init; }

    /// <summary>Steps at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>True for the components as well; a page is then smaller when these come to <see cref="Limits.TimelinePageBytesMax"/>.</summary>
    public bool WithValues { get; init; }

    /// <summary>Only the step that has this root behind it; null for any.</summary>
    public Distinction? Root { get; init; }

    /// <summary>Only steps that follow directly from this one, on their line or by a merge; null for any.</summary>
    public long? ParentSequence { get; init; }

    /// <summary>Only steps with this text in their id, or in a name or value of their metadata, whatever its case; null for any.</summary>
    public string? Text { get; init; }
}
