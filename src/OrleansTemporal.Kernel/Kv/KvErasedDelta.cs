using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What an erasure takes from one earlier delta of the same agent.</summary>
/// <param name="Sequence">The earlier delta.</param>
/// <param name="Ordinals">Places of the erased operations in it, rising; never empty.</param>
/// <param name="Commitment">Commits to the salt and payload that are left; null when nothing is, so that both are detached.</param>
public sealed record KvErasedDelta(long Sequence, ImmutableArray<ushort> Ordinals, Distinction? Commitment);
