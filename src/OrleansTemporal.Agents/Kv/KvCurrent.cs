using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>The newest version of a key as a write finds it, durable or not; <c>default</c> when there is none.</summary>
internal readonly record struct KvCurrent(long Sequence, ushort Ordinal, bool IsLive)
{
    private const long SameDelta = -1;

    public static KvCurrent InSameDelta(ushort ordinal, bool isLive) => new(SameDelta, ordinal, isLive);

    /// <param name="agentDigest">The agent's part of the id.</param>
    /// <param name="ownSequence">Sequence of the delta that is being made, for an operation that follows another in it.</param>
    public WriteId WriteId(uint agentDigest, long ownSequence) => Sequence switch
    {
        0 => Causality.WriteId.None,
        SameDelta => new WriteId(agentDigest, ownSequence, Ordinal),
        _ => new WriteId(agentDigest, Sequence, Ordinal),
    };
}
