namespace OrleansTemporal.Kv;

/// <summary>What was found in runs for keys that are not in memory. Holds as long as memory still begins at the same sequence.</summary>
/// <param name="Before">The sequence that memory began at.</param>
/// <param name="Transfers">The agent's transfers then.</param>
/// <param name="Found">Newest version by key, <c>default</c> for none.</param>
internal sealed record KvLookups(long Before, KvTransfers? Transfers, IReadOnlyDictionary<string, KvCurrent> Found);
