namespace OrleansTemporal.Storage.Runs;

/// <summary>Gives the entry that takes an entry's place in a run that is written anew, or null when none does. Sequence and ordinal stay.</summary>
public delegate RunEntry? RunChange(ReadOnlySpan<byte> key, RunEntry entry);
