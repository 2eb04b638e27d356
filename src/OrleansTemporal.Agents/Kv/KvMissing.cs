using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

/// <summary>Keys whose newest version is not in memory, and the sealed state in which to look for it.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Sealed">Runs and segments at that moment.</param>
/// <param name="Transfers">The agent's transfers at that moment.</param>
/// <param name="Before">Only versions below this sequence are looked for; the rest was in memory.</param>
internal sealed record KvMissing(IReadOnlyList<string> Keys, Manifest? Sealed, long Before, KvTransfers? Transfers);
