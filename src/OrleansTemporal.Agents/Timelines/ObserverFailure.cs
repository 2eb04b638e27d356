namespace OrleansTemporal.Timelines;

/// <summary>What an observer was refused.</summary>
/// <param name="Code">The code of the refusal.</param>
/// <param name="Message">Why, in words.</param>
internal readonly record struct ObserverFailure(string Code, string Message);
