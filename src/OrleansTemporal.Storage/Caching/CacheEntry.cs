namespace OrleansTemporal.Storage.Caching;

/// <summary>One cached value and how often it was asked for lately.</summary>
internal sealed class CacheEntry<TKey, TValue>(TKey key, TValue value, long bytes)
{
    private const byte FrequencyMax = 3;

    public TKey Key { get; } = key;

    public TValue Value { get; } = value;

    public long Bytes { get; } = bytes;

    /// <summary>Set under the shard's lock when the entry was removed but still stands in a queue.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Set under the shard's lock; says which queue the bytes are counted in.</summary>
    public bool IsMain { get; set; }

    /// <summary>Reads since the last look of the evictor, at most three. Racy on purpose: a lost count changes no answer.</summary>
    public byte Frequency { get; set; }

    public void Touch()
    {
        if (Frequency < FrequencyMax)
        {
            Frequency++;
        }
    }
}
