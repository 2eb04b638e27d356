using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A place on the line of a branch.</summary>
public sealed record TimelineMoment
{
    /// <summary>The branch.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>An instant or a sequence; the newest when nothing is said.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>The newest step with this mark at or before that; null for any. <c>good</c> is the newest that is marked good.</summary>
    public string? Label { get; init; }

    /// <summary>True to answer with the newest step that is kept where policy has let go of the one that was the newest then.</summary>
    public bool IsCoarse { get; init; }
}
