using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>The newest version of a key as a write finds it, durable or not; <c>default</c> when there is none.</summary>
/// <param name="Sequence">Its delta.</param>
/// <param name="Ordinal">Its place there.</param>
/// <param name="IsLive">Whether it has a value.</param>
/// <param name="ExpiresAt">When that ends; zero for never.</param>
internal readonly record struct KvCurrent(long Sequence, ushort Ordinal, bool IsLive, HybridTimestamp ExpiresAt = default)
{
    private const long SameDelta = -1;

    /// <summary>True when the value was over, or erased where its key has gone from, and no tombstone stands in the log for it.</summary>
    public bool IsOverdue { get; private init; }

    /// <summary>True when the key is still among those that are counted.</summary>
    public bool IsCounted => IsLive || IsOverdue;

    /// <summary>Digest of the agent that has it, when it was found in one that the slot was taken over from; else null.</summary>
    public uint? AgentDigest { get; init; }

    /// <summary>What a key is by its newest version in another agent.</summary>
    public static KvCurrent Inherited(KvVersion newest) =>
        new(newest.WriteId.Sequence, newest.WriteId.Ordinal, !newest.IsDeleted && !newest.IsErased, newest.ExpiresAt ?? default)
        {
            IsOverdue = newest is { IsErased: true, IsDeleted: false },
            AgentDigest = newest.WriteId.AgentDigest,
        };

    public static KvCurrent InSameDelta(ushort ordinal, bool isLive) => new(SameDelta, ordinal, isLive);

    /// <summary>What a key is whose newest delta is clean-up's own, by the write whose value ended.</summary>
    public static KvCurrent Ended(long sequence, ushort ordinal) => new(sequence, (ushort)(ordinal | KvExpiry.TombstoneBit), false);

    /// <summary>What a write at a time sees.</summary>
    public KvCurrent At(HybridTimestamp time) =>
        IsCounted && ExpiresAt.Value != 0 && ExpiresAt <= time ? Ended(Sequence, Ordinal) with { IsOverdue = true, AgentDigest = AgentDigest } : this;

    /// <param name="agentDigest">The agent's part of the id.</param>
    /// <param name="ownSequence">Sequence of the delta that is being made, for an operation that follows another in it.</param>
    public WriteId WriteId(uint agentDigest, long ownSequence) => Sequence switch
    {
        0 => Causality.WriteId.None,
        SameDelta => new WriteId(agentDigest, ownSequence, Ordinal),
        _ => new WriteId(AgentDigest ?? agentDigest, Sequence, Ordinal),
    };
}
