using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// Which versions of a key count: those with a sequence and a system time up to these. Both rise together along an
/// agent's log, so the newest version that counts is found by one binary search.
/// </summary>
/// <param name="SequenceMax">Greatest sequence.</param>
/// <param name="TimeMax">Greatest system time.</param>
public readonly record struct RunBound(long SequenceMax, HybridTimestamp TimeMax)
{
    /// <summary>Everything.</summary>
    public static RunBound Latest => new(long.MaxValue, HybridTimestamp.MaxValue);

    /// <summary>Nothing: a seek with it stands behind the key's oldest version.</summary>
    public static RunBound BeforeAll => new(-1, HybridTimestamp.Zero);

    /// <summary>Up to a moment.</summary>
    public static RunBound At(HybridTimestamp time) => new(long.MaxValue, time);

    /// <summary>Up to a sequence.</summary>
    public static RunBound After(long sequence) => new(sequence, HybridTimestamp.MaxValue);

    /// <summary>Whether an entry counts.</summary>
    public bool Includes(in RunEntry entry) => entry.Sequence <= SequenceMax && entry.SystemTime <= TimeMax;
}
