using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A version whose value ends at an instant, whether it is still the newest of its key or not.</summary>
internal readonly record struct KvExpiring(HybridTimestamp ExpiresAt, HybridTimestamp SystemTime, string Key, long Sequence, ushort Ordinal)
    : IComparable<KvExpiring>
{
    public KvExpiryPlace Place => new(ExpiresAt, Key);

    /// <summary>By instant, then by the bytes of the key, then the newest first: as runs hold them.</summary>
    public int CompareTo(KvExpiring other)
    {
        var order = ExpiresAt.CompareTo(other.ExpiresAt);
        order = order != 0 ? order : Utf8Order.Compare(Key, other.Key);
        order = order != 0 ? order : other.Sequence.CompareTo(Sequence);
        return order != 0 ? order : other.Ordinal.CompareTo(Ordinal);
    }

    /// <summary>True when a walk that has come to a place has this still before it.</summary>
    public bool IsBehind(KvExpiryPlace place) =>
        ExpiresAt > place.ExpiresAt || (ExpiresAt == place.ExpiresAt && place.Key is not null && Utf8Order.Compare(Key, place.Key) > 0);
}
