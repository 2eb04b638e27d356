using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

/// <summary>What a history has to know of a version before it is read.</summary>
internal readonly record struct KvStamp(long Sequence, ushort Ordinal, HybridTimestamp SystemTime, HybridTimestamp ExpiresAt, bool IsExpired)
{
    public static KvStamp Of(KvNode node) => new(node.Sequence, node.Ordinal, new HybridTimestamp(node.Time), node.ExpiresAt, node.IsExpired);

    public static KvStamp Of(in RunEntry entry) =>
        new(entry.Sequence, entry.Ordinal, entry.SystemTime, entry.Expiry, ((KvNodeFlags)entry.Flags & KvNodeFlags.Expired) != 0);
}
