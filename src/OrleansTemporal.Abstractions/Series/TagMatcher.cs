namespace OrleansTemporal.Series;

/// <summary>A condition on one tag.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Kind">How it is compared.</param>
/// <param name="Value">A value, or a pattern of at most <see cref="Limits.PatternLengthMax"/> characters.</param>
public sealed record TagMatcher(string Name, TagMatcherKind Kind, string Value);
