using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>One version in memory. Good while the gate is held, or for ever once its generation is fixed.</summary>
internal readonly struct KvNode(KvGeneration generation, int row)
{
    public ref KvRow Row => ref generation.Rows[row];

    public long Sequence => Row.Sequence;

    public ulong Time => Row.Time;

    public bool IsExpired => (Row.Flags & KvNodeFlags.Expired) != 0;

    /// <summary>When the value ends; zero for never.</summary>
    public HybridTimestamp ExpiresAt => Extras?.ExpiresAt ?? HybridTimestamp.Zero;

    public ushort Ordinal => Row.Ordinal;

    public bool IsDeleted => (Row.Flags & KvNodeFlags.Deleted) != 0;

    public bool IsErased => (Row.Flags & KvNodeFlags.Erased) != 0;

    /// <summary>Whether the value has to be looked through for references.</summary>
    public bool MayRefer => (Row.Flags & KvNodeFlags.WithoutReferences) == 0;

    public bool IsEncrypted => (Row.Flags & KvNodeFlags.Encrypted) != 0;

    public string Key => generation.TextOf(Row.Entry);

    public KvNodeFlags Flags => Row.Flags;

    public KvExtras? Extras => ExtrasOf(Row);

    public ReadOnlyMemory<byte> Value => generation.Bytes(Row.Slab, Row.ValueOffset, Row.ValueLength);

    /// <summary>What only few versions have, of a row of this generation that was found before.</summary>
    public KvExtras? ExtrasOf(in KvRow row) => row.Extras < 0 ? null : generation.Extras[row.Extras];

    /// <summary>The version as callers see it; the content address is made once. An encrypted value is as it is stored, without one.</summary>
    public KvVersion ToVersion(string key, uint digest)
    {
        ref var version = ref Row;
        ReadOnlyMemory<byte> value = generation.Bytes(version.Slab, version.ValueOffset, version.ValueLength);
        var isEncrypted = (version.Flags & KvNodeFlags.Encrypted) != 0;
        if (version.Distinction.IsZero && version.ValueLength > 0 && !isEncrypted)
        {
            version.Distinction = Documents.DistinctionOf(value.Span);
        }

        var extras = ExtrasOf(version);
        return new KvVersion
        {
            Key = key,
            Value = value,
            WriteId = new WriteId(digest, version.Sequence, version.Ordinal),
            PreviousWriteId = version.PreviousSequence == 0 ? WriteId.None : new WriteId(version.PreviousDigest, version.PreviousSequence, version.PreviousOrdinal),
            DistinctionId = version.Distinction,
            SystemTime = new HybridTimestamp(version.Time),
            Causes = extras?.Causes ?? [],
            Metadata = extras?.Metadata ?? [],
            ExpiresAt = extras?.ExpiresAt,
            DataKey = isEncrypted && EncryptedValue.TryReadKey(value.Span, out var dataKey) ? dataKey : default,
            IsDeleted = (version.Flags & KvNodeFlags.Deleted) != 0,
            IsErased = (version.Flags & KvNodeFlags.Erased) != 0,
        };
    }
}
