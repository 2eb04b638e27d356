using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What few versions have, kept apart so that the others do not pay for it.</summary>
internal sealed record KvExtras(
    ImmutableArray<WriteId> Causes, ImmutableArray<KeyValuePair<string, string>> Metadata, HybridTimestamp? ExpiresAt)
{
    /// <summary>Null when there is nothing to keep.</summary>
    public static KvExtras? Of(
        ImmutableArray<WriteId> causes, ImmutableArray<KeyValuePair<string, string>> metadata, HybridTimestamp? expiresAt) =>
        causes.IsDefaultOrEmpty && metadata.IsDefaultOrEmpty && expiresAt is null
            ? null
            : new KvExtras(causes.IsDefault ? [] : causes, metadata.IsDefault ? [] : metadata, expiresAt);
}
