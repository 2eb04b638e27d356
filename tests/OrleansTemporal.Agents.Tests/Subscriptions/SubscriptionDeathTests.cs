using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Channels;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>Goal: wherever a subscriber dies, and whatever happens to notices, each delta has its effect once and in order.</summary>
public sealed class SubscriptionDeathTests
{
    private const int Turns = 25;

    [Fact]
    public async Task a_subscriber_killed_at_any_step_misses_nothing_and_has_nothing_twice()
    {
        var (killed, repeated) = (0, 0);
        for (var killAt = 1; ; killAt++)
        {
            var subscriber = await RunAsync(seed: 5, killAt, restarts: killAt % 3 == 0);
            if (!subscriber.WasKilled)
            {
                break;
            }

            killed++;
            repeated += subscriber.Repeated;
        }

        Assert.True(killed > 60, $"only {killed} steps");
        Assert.True(repeated > 0, "no death was between an effect and its acknowledgement");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task announcements_that_are_lost_doubled_and_late_change_nothing(int seed) => await RunAsync(seed, int.MaxValue, restarts: false);

    private static async Task<MortalSubscriber> RunAsync(int seed, int killAt, bool restarts)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.AnnounceAsync();
        var (random, transport) = (new Random(seed), new LossyNotices(seed));
        var subscriber = new MortalSubscriber(await store.SubscribeAsync(), killAt);
        var written = 0;
        for (var turn = 0; turn < Turns; turn++)
        {
            for (var writes = random.Next(4); writes > 0; writes--, written++)
            {
                var receipt = (await store.PutAsync($"k{random.Next(5)}", "1", ns: $"n{random.Next(3)}")).Receipt;
                transport.Send(receipt.Agent, receipt.Sequence);
            }

            // Announced as the transport has it; the announcer itself comes at the end, as it does after a crash.
            foreach (var notice in transport.Arrive().ToList())
            {
                await store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent).AnnounceAsync(new ChannelAnnouncement { Notices = [notice] }, CancellationToken.None);
            }

            await TryStepAsync(store, subscriber, random, restarts);
        }

        await store.TellAsync();
        while (subscriber.Stored.Count < written || await TryStepAsync(store, subscriber, random, restarts))
        {
            await TryStepAsync(store, subscriber, random, restarts);
        }

        Assert.Equal(written, subscriber.Stored.Count);
        Assert.All(
            subscriber.Stored.GroupBy(static place => place.Agent),
            static source => Assert.Equal(Enumerable.Range(1, source.Count()).Select(static sequence => (long)sequence), source.Select(static place => place.Sequence)));
        return subscriber;
    }

    private static async Task<bool> TryStepAsync(TestStore store, MortalSubscriber subscriber, Random random, bool restarts)
    {
        try
        {
            return await subscriber.StepAsync(store, random);
        }
        catch (KilledException)
        {
            // Somebody notices when the lease is over; the service may have died with the subscriber.
            if (restarts)
            {
                await store.ReopenAsync(clean: false);
            }

            store.Time.Advance(TimeSpan.FromMinutes(1));
            return true;
        }
    }
}
