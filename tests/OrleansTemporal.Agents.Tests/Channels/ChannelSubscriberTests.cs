using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>Goal: every delta of every source has its effect exactly once, in order, whatever notices do and wherever the subscriber dies.</summary>
public sealed class ChannelSubscriberTests
{
    private const int Turns = 40;

    [Fact]
    public async Task a_subscriber_killed_at_any_step_behind_a_lossy_transport_misses_nothing_and_doubles_nothing()
    {
        var killed = 0;
        for (var killAt = 1; ; killAt++)
        {
            var effect = await RunAsync(seed: 11, killAt);
            if (!effect.WasKilled)
            {
                break;
            }

            killed++;
        }

        Assert.True(killed > 20, $"only {killed} steps");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task notices_that_are_lost_doubled_and_late_change_nothing(int seed) => await RunAsync(seed, int.MaxValue);

    [Fact]
    public async Task a_subscriber_that_follows_notices_alone_keeps_up_while_none_is_lost()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.AnnounceAsync();
        var effect = new KilledEffect(int.MaxValue);
        var subscriber = Subscriber(store, effect);
        using var notices = store.Database.Notices.Listen(new NoticeFilter { Kinds = [AgentKind.Channels] });
        for (var i = 1; i <= 20; i++)
        {
            await store.PutAsync("k", "1");
            var heard = notices.ReadAsync(CancellationToken.None).AsTask();
            await Eventually.HoldsAsync("the channel has told of itself", async () =>
            {
                await store.AnnounceAsync();
                return heard.IsCompleted;
            });
            foreach (var notice in (await heard).Notices)
            {
                subscriber.Hear(notice);
            }

            Assert.True(subscriber.IsBehind);
            await subscriber.CatchUpAsync(CancellationToken.None);
            Assert.False(subscriber.IsBehind);
            Assert.Equal(i, effect.Stored.Count);
        }
    }

    private static async Task<KilledEffect> RunAsync(int seed, int killAt)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.AnnounceAsync();
        var (random, transport, effect) = (new Random(seed), new LossyNotices(seed), new KilledEffect(killAt));
        var roots = new Dictionary<(AgentId Agent, long Sequence), Distinction>();
        var channel = store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);
        var subscriber = Subscriber(store, effect);
        for (var turn = 0; turn < Turns; turn++)
        {
            for (var writes = random.Next(4); writes > 0; writes--)
            {
                var receipt = (await store.PutAsync($"k{random.Next(5)}", "1", ns: $"n{random.Next(3)}")).Receipt;
                roots.Add((receipt.Agent, receipt.Sequence), receipt.Root);

                // As the announcer does, without its scheduling: what the test draws decides alone.
                transport.Send(ChannelCalls.Agent, await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [new AgentNotice(receipt.Agent, receipt.Sequence)] }, CancellationToken.None));
            }

            foreach (var notice in transport.Arrive())
            {
                subscriber.Hear(notice);
            }

            if (subscriber.IsBehind)
            {
                subscriber = await StepAsync(store, subscriber, effect);
            }
        }

        // What the last notices would have told of, a look now and then finds.
        for (var more = true; more;)
        {
            subscriber = await StepAsync(store, subscriber, effect);
            more = subscriber.Cursor is null || effect.Stored.Count < roots.Count;
        }

        Assert.True(killAt < int.MaxValue || (transport.Lost > 0 && transport.Doubled > 0 && transport.Late > 0));
        Assert.Equal(roots.Count, effect.Stored.Count);
        foreach (var source in effect.Stored.GroupBy(static delta => delta.Agent))
        {
            Assert.Equal(Enumerable.Range(1, source.Count()).Select(static i => (long)i), source.Select(static delta => delta.Sequence));
        }

        Assert.All(effect.Stored, delta => Assert.Equal(roots[(delta.Agent, delta.Sequence)], delta.Root));
        Assert.Equal(
            (await store.ReadAllAsync()).Select(static delta => (delta.Agent, delta.Sequence)), effect.Stored.Select(static delta => (delta.Agent, delta.Sequence)));
        return effect;
    }

    private static async Task<ChannelSubscriber> StepAsync(TestStore store, ChannelSubscriber subscriber, KilledEffect effect)
    {
        try
        {
            await subscriber.StepAsync(CancellationToken.None);
            return subscriber;
        }
        catch (KilledException)
        {
            // What it had heard dies with it.
            return Subscriber(store, effect);
        }
    }

    private static ChannelSubscriber Subscriber(TestStore store, IChannelEffect effect) =>
        new(store.Database.Channels, KvTestCalls.Workspace, ChannelCalls.Name, effect, CallContext.Local) { BatchCountMax = 3 };
}
