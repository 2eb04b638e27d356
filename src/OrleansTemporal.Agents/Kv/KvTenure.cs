using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What an agent has of a slot as of a moment.</summary>
/// <param name="After">Its own versions with a higher sequence count; <see cref="long.MaxValue"/> when none does.</param>
/// <param name="From">The take-over whose peer has the versions before those; null when there are none.</param>
/// <param name="IsElsewhere">True when another agent had the slot then, who took it over from here.</param>
internal readonly record struct KvTenure(long After, KvTransfer? From, bool IsElsewhere)
{
    /// <summary>All there is, is in the agent's own log.</summary>
    public static KvTenure Whole => default;

    /// <summary>True when own versions count.</summary>
    public bool HasOwn => After != long.MaxValue;

    /// <summary>The moment as of which the peer is asked.</summary>
    public HybridTimestamp MomentAt(ulong time) => new(Math.Min(time, From!.PeerSystemTime.Value));
}
