using System.Collections.Immutable;

namespace OrleansTemporal.Events;

/// <summary>The types of domain events that deltas say. Names are stable within v1.</summary>
public static class DomainEventTypes
{
    /// <summary>A timeline's state was seen to differ: source, and the roots before and after.</summary>
    public const string ChangeDetected = "ChangeDetected";

    /// <summary>What differs was made a delta: its id, its source and how large it is.</summary>
    public const string DeltaExtracted = "DeltaExtracted";

    /// <summary>That delta was recorded: its id and its checksum.</summary>
    public const string DeltaCaptured = "DeltaCaptured";

    /// <summary>A delta was applied to a timeline.</summary>
    public const string DeltaApplied = "DeltaApplied";

    /// <summary>Another branch was merged into one.</summary>
    public const string DeltaMerged = "DeltaMerged";

    /// <summary>A timeline went back to an earlier state.</summary>
    public const string DeltaRolledBack = "DeltaRolledBack";

    /// <summary>A timeline has one more version.</summary>
    public const string DeltaVersioned = "DeltaVersioned";

    /// <summary>A version says the hash of the whole state that it stands on.</summary>
    public const string SnapshotCreated = "SnapshotCreated";

    /// <summary>A branch was made.</summary>
    public const string BranchCreated = "BranchCreated";

    /// <summary>A branch was merged.</summary>
    public const string BranchMerged = "BranchMerged";

    /// <summary>Consolidation has packed what agents keep.</summary>
    public const string StreamCompacted = "StreamCompacted";

    /// <summary>A channel was made.</summary>
    public const string ChannelCreated = "ChannelCreated";

    /// <summary>Deltas of a source have their place in a channel.</summary>
    public const string DeltaPublished = "DeltaPublished";

    /// <summary>Routes choose from deltas of a source for a channel.</summary>
    public const string DeltaRouted = "DeltaRouted";

    /// <summary>Deltas were handed to a subscriber: which subscription, how many, up to where, and how long after the oldest was written.</summary>
    public const string DeltaDelivered = "DeltaDelivered";

    /// <summary>A subscriber has acknowledged everything up to a place.</summary>
    public const string DeltaAcknowledged = "DeltaAcknowledged";

    /// <summary>As much as may wait for a subscriber's acknowledgement does.</summary>
    public const string SubscriberBackpressured = "SubscriberBackpressured";

    /// <summary>A subscription to channels has begun or ended.</summary>
    public const string SubscriptionChanged = "SubscriptionChanged";

    /// <summary>An observer was paused, by an order or because it failed too often.</summary>
    public const string ObserverPaused = "ObserverPaused";

    /// <summary>An observer was refused what it would record, for the first time since it recorded something: which one, the code of the refusal, and why.</summary>
    public const string ObserverError = "ObserverError";

    /// <summary>All of them, in alphabetic order.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        .. new[]
        {
            ChangeDetected, DeltaExtracted, DeltaCaptured, DeltaApplied, DeltaMerged, DeltaRolledBack, DeltaVersioned, SnapshotCreated,
            BranchCreated, BranchMerged, StreamCompacted, ChannelCreated, DeltaPublished, DeltaRouted,
            DeltaDelivered, DeltaAcknowledged, SubscriberBackpressured, SubscriptionChanged, ObserverPaused, ObserverError,
        }.Order(StringComparer.Ordinal),
    ];
}
