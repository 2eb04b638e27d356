namespace OrleansTemporal.Kv;

/// <summary>What a thread has had of the processor.</summary>
/// <param name="Worked">For how long it ran.</param>
/// <param name="Switches">How often another thread was put in its place, or it gave way itself.</param>
internal readonly record struct ThreadShare(TimeSpan Worked, long Switches);
