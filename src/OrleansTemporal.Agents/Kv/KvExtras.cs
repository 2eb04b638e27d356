using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What few versions have, kept apart so that the others do not pay for it.</summary>
internal sealed record KvExtras(ImmutableArray<WriteId> Causes, HybridTimestamp? ExpiresAt);
