using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

/// <summary>What a history has to know of a version before it is read.</summary>
internal readonly record struct KvStamp(long Sequence, ushort Ordinal, HybridTimestamp SystemTime, HybridTimestamp ExpiresAt, bool IsExpired)
{
    public static KvStamp Of(KvNode node)
    {
        // Found once: each way to a row is three loads.
        ref var row = ref node.Row;
        return new(
            row.Sequence, row.Ordinal, new HybridTimestamp(row.Time), node.ExtrasOf(row)?.ExpiresAt ?? HybridTimestamp.Zero, (row.Flags & KvNodeFlags.Expired) != 0);
    }

    public static KvStamp Of(in RunEntry entry) =>
        new(entry.Sequence, entry.Ordinal, entry.SystemTime, entry.Expiry, ((KvNodeFlags)entry.Flags & KvNodeFlags.Expired) != 0);
}
