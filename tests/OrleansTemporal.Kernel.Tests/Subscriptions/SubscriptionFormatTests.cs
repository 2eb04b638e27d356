using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Kernel.Tests.Subscriptions;

/// <summary>What subscriptions have written is read for ever.</summary>
public sealed class SubscriptionFormatTests
{
    [Fact]
    public void payloads_and_checkpoint_of_version_1_never_change()
    {
        var definition = new SubscriptionDefinition
        {
            Name = "mine",
            Channels = ["a", "b"],
            Source = "_over-0123",
            Guarantee = DeliveryGuarantee.ExactlyOnce,
            Filter = new SubscriptionFilter { SourcePatterns = ["kv/*"], MinMagnitude = 0.5 },
            Start = new ChannelCursor(3, 4),
            Since = HybridTimestamp.FromMilliseconds(5),
            Lease = TimeSpan.FromSeconds(7),
            MaxTries = 2,
            Webhook = new WebhookTarget { Url = "https://example.org/hook", Secret = "s", Mode = WebhookMode.Structured },
        };
        var progress = new SubscriptionProgress();
        var all = new ArrayBufferWriter<byte>();
        Write(progress, all, SubscriptionPayload.Subscribe, payload => payload.Write(SubscriptionJson.Write(definition)), 10);
        Write(progress, all, SubscriptionPayload.Deliver, static payload => SubscriptionPayload.WriteDelivery(payload, new ChannelCursor(5), 7_010, [new(3, 5), new(3, 6), new(4), new(5)]), 11);
        Write(progress, all, SubscriptionPayload.Acknowledge, static payload => SubscriptionPayload.WriteCursor(payload, new ChannelCursor(3, 5)), 12);
        Write(progress, all, SubscriptionPayload.Return, static payload => SubscriptionPayload.WriteCursor(payload, new ChannelCursor(4)), 13);
        Write(progress, all, SubscriptionPayload.Deliver, static payload => SubscriptionPayload.WriteDelivery(payload, new ChannelCursor(3, 6), 7_020, [new(3, 6)]), 14);
        Write(progress, all, SubscriptionPayload.Return, static payload => SubscriptionPayload.WriteCursor(payload, new ChannelCursor(3, 6)), 15);
        Write(progress, all, SubscriptionPayload.Deliver, static payload => SubscriptionPayload.WriteDelivery(payload, new ChannelCursor(4), 7_030, [new(4)]), 16);
        Write(progress, all, SubscriptionPayload.Pause, static payload => payload.Write("{}"u8), 17);
        progress.Save(all);
        GoldenFile.Check("subscription-v1", all.WrittenSpan);
    }

    private static void Write(SubscriptionProgress progress, ArrayBufferWriter<byte> all, DeltaKind kind, Action<IBufferWriter<byte>> write, long now)
    {
        var payload = new ArrayBufferWriter<byte>();
        write(payload);
        all.Write(payload.WrittenSpan);
        SubscriptionPayload.Fold(progress, kind, payload.WrittenMemory, HybridTimestamp.FromMilliseconds(now));
    }
}
