using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Kernel.Tests.Subscriptions;

/// <summary>
/// Goal: whatever is acknowledged, given back or left to end in whatever order, a subscription hands out in order what its
/// queue has, never again what was acknowledged, and loses nothing; its checkpoint and its log say the same.
/// </summary>
public sealed class SubscriptionProgressTests
{
    private const long LeaseMilliseconds = 1_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void random_subscribers_get_what_a_naive_queue_hands_out(int seed)
    {
        var random = new Random(seed);
        var (count, maxTries) = (random.Next(5, 60), random.Next(1, 6));
        var oracle = new QueueOracle(count, maxTries, number => number % 3 != seed % 4);
        var log = new List<(DeltaKind Kind, byte[] Payload, HybridTimestamp Time)>();
        var progress = new SubscriptionProgress();
        Fold(ref progress, log, SubscriptionPayload.Subscribe, payload => payload.Write(SubscriptionJson.Write(Definition(maxTries))), 1);
        var acknowledged = new HashSet<int>();
        var handedOut = new List<int>();
        var now = 10L;
        for (var step = 0; step < 300; step++)
        {
            now += random.Next(400);
            if (progress.ExpiredThrough(now) is { } expired)
            {
                Assert.Equal(oracle.ExpiredThrough(now), LastOut(progress, expired, handedOut));
                oracle.Return(oracle.ExpiredThrough(now));
                Fold(ref progress, log, SubscriptionPayload.Return, payload => SubscriptionPayload.WriteCursor(payload, expired), now);
            }
            else
            {
                Assert.Equal(0, oracle.ExpiredThrough(now));
            }

            switch (random.Next(5))
            {
                case < 3:
                    var delivered = oracle.Deliver(random.Next(1, 8), now + LeaseMilliseconds);
                    var to = delivered.Count > 0 ? delivered[^1] : count;
                    Assert.True(delivered.Count <= progress.NextCountMax);
                    Assert.DoesNotContain(delivered, acknowledged.Contains);
                    Assert.Equal(delivered.Order(), delivered);
                    if (delivered.Count > 0 || new ChannelCursor(to) > progress.Position)
                    {
                        Fold(ref progress, log, SubscriptionPayload.Deliver, payload => SubscriptionPayload.WriteDelivery(payload, new ChannelCursor(to), now + LeaseMilliseconds, [.. delivered.Select(static number => new ChannelCursor(number))]), now);
                    }

                    handedOut.AddRange(delivered);
                    break;
                case 3 when handedOut.Count > 0:
                    // Some of it may be back by now: who acknowledges late acknowledges all the same.
                    var through = random.Next(handedOut.Max() + 1);
                    if (new ChannelCursor(through) > progress.Acknowledged)
                    {
                        oracle.Acknowledge(through);
                        acknowledged.UnionWith(Enumerable.Range(1, through));
                        Fold(ref progress, log, SubscriptionPayload.Acknowledge, payload => SubscriptionPayload.WriteCursor(payload, new ChannelCursor(through)), now);
                    }

                    break;
                case 4 when progress.Pending > 0:
                    var failed = random.Next((int)progress.Acknowledged.Sequence + 1, (int)progress.Position.Sequence + 1);
                    oracle.Return(failed);
                    Fold(ref progress, log, SubscriptionPayload.Return, payload => SubscriptionPayload.WriteCursor(payload, new ChannelCursor(failed)), now);
                    break;
            }

            Assert.Equal(oracle.Pending, progress.Pending);
            Assert.Equal(oracle.Received, progress.Received);
            Assert.Equal(oracle.Acknowledged, progress.AcknowledgedCount);
            Assert.Equal(oracle.Dead, progress.Dead.Select(static letter => (int)letter.Cursor.Sequence));
            Assert.All(progress.Dead, letter => Assert.Equal(maxTries, letter.Tries));
            Assert.True(progress.Acknowledged.Sequence <= oracle.DoneThrough);
            if (random.Next(4) == 0)
            {
                progress = random.Next(2) == 0 ? Reload(progress) : Replay(log);
            }
        }
    }

    [Fact]
    public void what_has_one_try_left_goes_alone()
    {
        var progress = new SubscriptionProgress();
        progress.Begin(Definition(maxTries: 3));
        for (var tries = 0; tries < 2; tries++)
        {
            progress.Deliver(new ChannelCursor(5), 10, Numbers(1, 5), At(1));
            progress.Return(new ChannelCursor(5), At(2));
        }

        Assert.Equal((2, 1), (progress.NextTries, progress.NextCountMax));
        progress.Deliver(new ChannelCursor(1), 10, Numbers(1, 1), At(3));
        progress.Return(new ChannelCursor(1), At(4));
        Assert.Equal((new ChannelCursor(1), 1), (progress.Acknowledged, progress.NextCountMax));
        Assert.Equal(new DeadLetter(new ChannelCursor(1), 3, At(4)), Assert.Single(progress.Dead));
    }

    [Fact]
    public void at_most_once_acknowledges_what_it_hands_out()
    {
        var progress = new SubscriptionProgress();
        progress.Begin(Definition(maxTries: 3) with { Guarantee = DeliveryGuarantee.AtMostOnce });
        progress.Deliver(new ChannelCursor(7), 10, Numbers(1, 5), At(1));
        Assert.Equal((new ChannelCursor(7), 0, 5L, 5L), (progress.Acknowledged, progress.Pending, progress.Received, progress.AcknowledgedCount));
    }

    [Fact]
    public void no_more_is_handed_handedOutthan_may_wait_and_no_more_dead_letters_are_listed_than_may_be()
    {
        var progress = new SubscriptionProgress();
        progress.Begin(Definition(maxTries: 1));
        progress.Deliver(new ChannelCursor(Limits.SubscriptionPendingMax), 10, Numbers(1, Limits.SubscriptionPendingMax), At(1));
        Assert.Equal(0, progress.NextCountMax);
        progress.Return(new ChannelCursor(Limits.SubscriptionPendingMax), At(2));
        Assert.Equal((Limits.SubscriptionPendingMax, Limits.SubscriptionDeadMax), (progress.NextCountMax, progress.Dead.Count));
        progress.Deliver(new ChannelCursor(10_001), 10, Numbers(10_001, 1), At(3));
        progress.Return(new ChannelCursor(10_001), At(4));
        Assert.Equal((Limits.SubscriptionDeadMax, 10_001L), (progress.Dead.Count, progress.DeadCount));
        Assert.Equal(new ChannelCursor(2), progress.Dead.First().Cursor);
    }

    [Fact]
    public void time_to_acknowledge_is_the_mean_over_what_was_acknowledged()
    {
        var progress = new SubscriptionProgress();
        progress.Begin(Definition(maxTries: 3));
        progress.Deliver(new ChannelCursor(3), 1_000, Numbers(1, 2), At(100));
        progress.Deliver(new ChannelCursor(4), 1_000, Numbers(4, 1), At(200));
        progress.Acknowledge(new ChannelCursor(2), At(250));
        Assert.Equal(150, progress.MeanMillisecondsToAcknowledge);
        progress.Acknowledge(new ChannelCursor(4), At(500));
        Assert.Equal(200, progress.MeanMillisecondsToAcknowledge);
        Assert.Equal(new ChannelCursor(4), progress.Acknowledged);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"cursor\":7}")]
    [InlineData("{\"cursor\":\"x\"}")]
    [InlineData("[")]
    public void a_delta_that_does_not_parse_is_corrupt(string payload)
    {
        var progress = new SubscriptionProgress();
        progress.Begin(Definition(maxTries: 3));
        var fault = Assert.Throws<TemporalException>(() => SubscriptionPayload.Fold(progress, SubscriptionPayload.Acknowledge, System.Text.Encoding.UTF8.GetBytes(payload), At(1)));
        Assert.Equal((ErrorKind.Corrupt, ErrorCodes.PayloadMalformed), (fault.Kind, fault.Code));
        Assert.Equal(ErrorKind.Corrupt, Assert.Throws<TemporalException>(() => SubscriptionProgress.Load(System.Text.Encoding.UTF8.GetBytes(payload))).Kind);
    }

    private static SubscriptionDefinition Definition(int maxTries) => new()
    {
        Name = "s",
        Channels = ["a", "b"],
        Source = "a",
        Guarantee = DeliveryGuarantee.AtLeastOnce,
        Filter = new SubscriptionFilter { SourcePatterns = ["kv/*"], KeyPrefix = "k", ChangeTypes = [ChangeType.Delete] },
        MaxTries = maxTries,
        Webhook = new WebhookTarget { Url = "https://example.org/", Secret = "s", Mode = WebhookMode.Structured },
    };

    private static HybridTimestamp At(long milliseconds) => HybridTimestamp.FromMilliseconds(milliseconds);

    private static ImmutableArray<ChannelCursor> Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(static number => new ChannelCursor(number))];

    // Numbers are handed out with leases that end in order, so the end of a lease stands for the last number in it.
    private static int LastOut(SubscriptionProgress progress, ChannelCursor expired, List<int> handedOut) =>
        handedOut.Where(number => number <= expired.Sequence && number > progress.Acknowledged.Sequence).DefaultIfEmpty(0).Max();

    private static void Fold(ref SubscriptionProgress progress, List<(DeltaKind Kind, byte[] Payload, HybridTimestamp Time)> log, DeltaKind kind, Action<IBufferWriter<byte>> write, long now)
    {
        var payload = new ArrayBufferWriter<byte>();
        write(payload);
        log.Add((kind, payload.WrittenSpan.ToArray(), At(now)));
        SubscriptionPayload.Fold(progress, kind, log[^1].Payload, At(now));
    }

    private static SubscriptionProgress Reload(SubscriptionProgress progress)
    {
        var state = Save(progress);
        var loaded = SubscriptionProgress.Load(state);
        Assert.Equal(state, Save(loaded));
        return loaded;
    }

    private static SubscriptionProgress Replay(List<(DeltaKind Kind, byte[] Payload, HybridTimestamp Time)> log)
    {
        var progress = new SubscriptionProgress();
        foreach (var (kind, payload, time) in log)
        {
            SubscriptionPayload.Fold(progress, kind, payload, time);
        }

        return progress;
    }

    private static byte[] Save(SubscriptionProgress progress)
    {
        var state = new ArrayBufferWriter<byte>();
        progress.Save(state);
        return state.WrittenSpan.ToArray();
    }
}
