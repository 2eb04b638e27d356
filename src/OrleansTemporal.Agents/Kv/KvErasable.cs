namespace OrleansTemporal.Kv;

/// <summary>One key of an erasure: what is to be erased of it, and what was its newest version when that was looked up.</summary>
/// <param name="Key">The key.</param>
/// <param name="Newest">Its newest version, as a write finds it.</param>
/// <param name="Top">Where its newest delta stands; clean-up's tombstones included.</param>
/// <param name="LookedUpThrough">Everything up to this sequence was looked at.</param>
/// <param name="Versions">What is to be erased.</param>
internal sealed record KvErasable(
    string Key, KvCurrent Newest, (long Sequence, ushort Ordinal) Top, long LookedUpThrough, List<(long Sequence, ushort Ordinal)> Versions)
{
    /// <summary>The newest version of a key that was not written since its slot came here; null when it was.</summary>
    public KvCurrent? Inherited { get; init; }
}
