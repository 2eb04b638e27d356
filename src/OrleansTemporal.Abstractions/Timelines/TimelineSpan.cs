using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A part of the line of a branch.</summary>
public sealed record TimelineSpan
{
    /// <summary>The branch.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>Where it begins: an instant or a sequence; the empty beginning when nothing is said.</summary>
    public AsOf From { get; init; }

    /// <summary>Where it ends; the newest when nothing is said.</summary>
    public AsOf To { get; init; }
}
