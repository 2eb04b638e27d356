using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Events;

/// <summary>Which domain events a delta says. Nothing is written down a second time: the delta is the event.</summary>
internal static class EventReading
{
    private const string ConsolidationKey = "runs/consolidation";

    /// <summary>The kinds of agents whose deltas may say events of a type.</summary>
    public static AgentKind SourceOf(string type) => type switch
    {
        DomainEventTypes.ChannelCreated => AgentKind.Catalog,
        DomainEventTypes.DeltaPublished or DomainEventTypes.DeltaRouted => AgentKind.Channels,
        DomainEventTypes.StreamCompacted => AgentKind.Lifecycle,
        DomainEventTypes.DeltaDelivered or DomainEventTypes.DeltaAcknowledged or DomainEventTypes.SubscriberBackpressured or DomainEventTypes.SubscriptionChanged => AgentKind.Subscriptions,
        _ => AgentKind.Timelines,
    };

    /// <summary>The events of a delta, in the order in which they are told.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="rootBefore">The root before it.</param>
    /// <param name="said">What it says.</param>
    public static IEnumerable<DomainEvent> Of(AgentDelta delta, Distinction rootBefore, DeltaExplanation said) => delta.Agent.Kind switch
    {
        AgentKind.Timelines => OfTimeline(delta, rootBefore, said),
        AgentKind.Channels => OfChannel(delta, said),
        AgentKind.Subscriptions => said.Changes.Select(change => OfSubscription(delta, change)),
        AgentKind.Catalog => said.Changes
            .Where(static change => change.Type == ChangeType.Insert && change.Key.StartsWith("channels/", StringComparison.Ordinal))
            .Select(change => Event(delta, DomainEventTypes.ChannelCreated, json => json.WriteString("channel", change.Key["channels/".Length..]))),
        AgentKind.Lifecycle => said.Changes.Where(static change => change.Key == ConsolidationKey).Select(change => Event(delta, DomainEventTypes.StreamCompacted, json => WriteMembers(json, change.Value))),
        _ => [],
    };

    private static IEnumerable<DomainEvent> OfTimeline(AgentDelta delta, Distinction rootBefore, DeltaExplanation said)
    {
        if (said.Changes.IsEmpty)
        {
            yield break;
        }

        var change = said.Changes[0];
        if (delta.Kind == TimelineKinds.Branch)
        {
            if (change.Type == ChangeType.Insert)
            {
                yield return Event(delta, DomainEventTypes.BranchCreated, json => WriteMembers(json, change.Value));
            }

            yield break;
        }

        if (delta.Kind == TimelineKinds.Observer && StatusOf(change) == "paused")
        {
            yield return Event(delta, DomainEventTypes.ObserverPaused, json => WriteMembers(json, change.Value));
        }

        if (delta.Kind == TimelineKinds.Observer && StatusOf(change) == "error")
        {
            yield return Event(delta, DomainEventTypes.ObserverError, json => WriteMembers(json, change.Value));
        }

        if (TimelineKinds.ChangeOf(delta.Kind) is not { } step)
        {
            yield break;
        }

        if (step is TimelineChange.Capture or TimelineChange.Observe)
        {
            yield return Event(delta, DomainEventTypes.ChangeDetected, json => WriteRoots(json, delta, rootBefore));
            yield return Event(delta, DomainEventTypes.DeltaExtracted, json => WriteStep(json, change));
            yield return Event(delta, DomainEventTypes.DeltaCaptured, json => json.WriteString("checksum", delta.Root.ToString()));
        }

        var type = step switch
        {
            TimelineChange.Merge => DomainEventTypes.DeltaMerged,
            TimelineChange.Rollback => DomainEventTypes.DeltaRolledBack,
            _ => DomainEventTypes.DeltaApplied,
        };
        yield return Event(delta, type, json => WriteStep(json, change));
        yield return Event(delta, DomainEventTypes.DeltaVersioned, json => json.WriteNumber("version", delta.Sequence));
        if (step == TimelineChange.Merge)
        {
            yield return Event(delta, DomainEventTypes.BranchMerged, json => WriteStep(json, change));
        }

        if (HashOf(change) is { } hash)
        {
            yield return Event(delta, DomainEventTypes.SnapshotCreated, json => json.WriteString("stateHash", hash));
        }
    }

    private static IEnumerable<DomainEvent> OfChannel(AgentDelta delta, DeltaExplanation said)
    {
        foreach (var change in said.Changes)
        {
            using var value = JsonDocument.Parse(change.Value);
            var type = value.RootElement.GetProperty("routed").GetBoolean() ? DomainEventTypes.DeltaRouted : DomainEventTypes.DeltaPublished;
            yield return Event(delta, type, json =>
            {
                json.WriteString("channel", delta.Agent.Name);
                json.WriteString("source", change.Key);
                WriteMembers(json, change.Value);
            });
        }
    }

    private static DomainEvent OfSubscription(AgentDelta delta, DeltaChange change)
    {
        var type = delta.Kind == SubscriptionPayload.Deliver ? DomainEventTypes.DeltaDelivered
            : delta.Kind == SubscriptionPayload.Acknowledge ? DomainEventTypes.DeltaAcknowledged
            : delta.Kind == SubscriptionPayload.Backpressure ? DomainEventTypes.SubscriberBackpressured
            : DomainEventTypes.SubscriptionChanged;
        return Event(delta, type, json =>
        {
            json.WriteString("subscription", change.Key);
            if (type == DomainEventTypes.SubscriptionChanged)
            {
                WriteChannels(json, change);
            }
            else
            {
                WriteMembers(json, change.Value);
            }
        });
    }

    private static void WriteChannels(Utf8JsonWriter json, DeltaChange change)
    {
        using var value = JsonDocument.Parse(change.Value);
        var (filled, empty) = change.Type == ChangeType.Delete ? ("removed", "added") : ("added", "removed");
        json.WritePropertyName(filled);
        value.RootElement.GetProperty("channels").WriteTo(json);
        json.WriteStartArray(empty);
        json.WriteEndArray();
    }

    private static void WriteRoots(Utf8JsonWriter json, AgentDelta delta, Distinction rootBefore)
    {
        json.WriteString("source", delta.Agent.ToString());
        json.WriteString("oldHash", rootBefore.ToString());
        json.WriteString("newHash", delta.Root.ToString());
    }

    // Numbers of the state stay in the delta.
    private static void WriteStep(Utf8JsonWriter json, DeltaChange change)
    {
        json.WriteString("branch", change.Key);
        using var value = JsonDocument.Parse(change.Value);
        foreach (var member in value.RootElement.EnumerateObject().Where(static member => member.Value.ValueKind != JsonValueKind.Array))
        {
            member.WriteTo(json);
        }
    }

    private static void WriteMembers(Utf8JsonWriter json, ReadOnlyMemory<byte> members)
    {
        using var value = JsonDocument.Parse(members);
        foreach (var member in value.RootElement.EnumerateObject())
        {
            member.WriteTo(json);
        }
    }

    private static string? HashOf(DeltaChange change) => TextOf(change, "stateHash");

    private static string? StatusOf(DeltaChange change) => TextOf(change, "status");

    private static string? TextOf(DeltaChange change, string member)
    {
        using var value = JsonDocument.Parse(change.Value);
        return value.RootElement.TryGetProperty(member, out var text) ? text.GetString() : null;
    }

    private static DomainEvent Event(AgentDelta delta, string type, Action<Utf8JsonWriter> write) => new()
    {
        Type = type,
        Agent = delta.Agent,
        Sequence = delta.Sequence,
        SystemTime = delta.SystemTime,
        Root = delta.Root,
        Data = DeltaExplanationDraft.ObjectOf(write, static (json, writes) => writes(json)),
    };
}
