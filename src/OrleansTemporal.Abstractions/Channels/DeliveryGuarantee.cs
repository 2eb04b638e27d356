namespace OrleansTemporal.Channels;

/// <summary>What subscribers of a channel may rely on. The numbers are part of stored formats.</summary>
public enum DeliveryGuarantee : byte
{
    /// <summary>A delta is acknowledged before it is handed out: never twice, and lost when the subscriber dies with it.</summary>
    AtMostOnce = 1,

    /// <summary>A delta is handed out until it is acknowledged: never lost, and twice when an acknowledgement was.</summary>
    AtLeastOnce = 2,

    /// <summary>As at least once, and what was acknowledged is never handed out again, by no way: once for a subscriber that stores the cursor with its effect.</summary>
    ExactlyOnce = 3,
}
