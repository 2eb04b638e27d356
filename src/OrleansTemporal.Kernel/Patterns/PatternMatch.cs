namespace OrleansTemporal.Patterns;

/// <summary>A pattern that has come true.</summary>
/// <param name="Key">The tags that its points share, as text.</param>
/// <param name="Time">Event time of the point that completes it, or of the moment from which on nothing can follow any more.</param>
/// <param name="Value">The value of the point that completes it, or of the one that nothing has followed.</param>
/// <param name="Since">Event time of its first point.</param>
public readonly record struct PatternMatch(string Key, long Time, double Value, long Since);
