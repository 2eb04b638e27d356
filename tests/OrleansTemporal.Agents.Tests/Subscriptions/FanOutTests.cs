using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Routing;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>Many subscribers of one source: each gets everything in order, and a slow one is nobody's but its own concern.</summary>
public sealed class FanOutTests
{
    [Fact]
    public async Task a_thousand_streams_of_one_agent_get_every_delta_in_order()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(10);
        var id = await store.SubscribeAsync();
        using var ending = new CancellationTokenSource();
        var streams = Enumerable.Range(0, 1_000).Select(_ => FollowAsync(store, id, 200, ending.Token)).ToList();
        try
        {
            for (var i = 0; i < 19; i++)
            {
                await store.WriteAsync(10);
            }

            foreach (var sequences in await Task.WhenAll(streams))
            {
                Assert.Equal(Enumerable.Range(1, 200).Select(static sequence => (long)sequence), sequences);
            }
        }
        finally
        {
            // Of a test that fails nobody goes on following.
            await ending.CancelAsync();
        }

        var metrics = await store.Database.Channels.GetMetricsAsync(CallContext.Local, KvTestCalls.Workspace, ChannelCalls.Name, CancellationToken.None);
        Assert.Equal(200_000, metrics.Delivered);
    }

    [Fact]
    public async Task ten_thousand_subscribers_of_one_hot_agent_get_every_delta_in_order()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(1);
        var ids = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            ids.Add(await store.SubscribeAsync());
        }

        using var ending = new CancellationTokenSource();
        var streams = Enumerable.Range(0, 10_000).Select(i => FollowAsync(store, ids[i % ids.Count], 20, ending.Token)).ToList();
        try
        {
            while (streams.Exists(static stream => !stream.IsCompleted) && (await store.Agent("n").GetStatusAsync(CancellationToken.None)).Sequence < 20)
            {
                await store.WriteAsync(1);
            }

            long[] expected = [.. Enumerable.Range(1, 20).Select(static sequence => (long)sequence)];
            foreach (var sequences in await Task.WhenAll(streams))
            {
                Assert.Equal(expected, sequences);
            }
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    [Fact]
    public async Task who_is_far_behind_reads_the_log_and_gets_the_same()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.TellAsync();
        var feed = new ChannelFeed(store.Database.Directory, ChannelCalls.Agent, store.Database.Channels.Routes, store.Time);
        var value = $"\"{new string('v', 500_000)}\"";
        var fast = default(ChannelCursor);
        for (var i = 0; i < 60; i++)
        {
            await store.PutAsync($"k{i}", value);
            await store.TellAsync();
            var slice = await feed.ReadAsync(fast, 100, CancellationToken.None);
            Assert.Equal((1, i + 1L), (slice.Count, slice.Deltas[0].Sequence));
            fast = slice.Next;
        }

        Assert.InRange(feed.Bytes, 1, Limits.ChannelFeedBytesMax);
        Assert.Equal(0, (await feed.ReadAsync(fast, 100, CancellationToken.None)).Count);
        var slow = default(ChannelCursor);
        for (var i = 1L; i <= 60;)
        {
            var slice = await feed.ReadAsync(slow, 7, CancellationToken.None);
            foreach (var delta in slice.Deltas)
            {
                Assert.Equal(i++, delta.Sequence);
            }

            Assert.Equal(i <= 60, slice.HasMore);
            slow = slice.Next;
        }

        Assert.Equal(fast, slow);
    }

    [Fact]
    public async Task channels_that_nobody_reads_any_more_do_not_stay_in_memory_for_ever()
    {
        await using var store = await HeldStore.OpenAsync();
        await using var feeds = new ChannelFeeds(store.Database.Directory, store.Database.Channels.Routes, null, FacadeLease.Forever, store.Time, NullLogger<ChannelFeeds>.Instance);
        var open = Enumerable.Range(0, Limits.ChannelFeedsIdleMax + 10).Select(i => feeds.Open(ChannelService.AgentOf(KvTestCalls.Workspace, $"c{i}"))).ToList();
        Assert.Equal(open.Count, feeds.Count);
        open.ForEach(feeds.Close);
        Assert.Equal(Limits.ChannelFeedsIdleMax, feeds.Count);
    }

    [Theory]
    [InlineData(RoutingPriority.Normal, 1, 1_000)]
    [InlineData(RoutingPriority.Normal, 3, 4_000)]
    [InlineData(RoutingPriority.Critical, 1, 100)]
    [InlineData(RoutingPriority.Low, 30, 60_000)]
    public void a_webhook_waits_as_the_retry_table_has_it(RoutingPriority priority, int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), WebhookPump.Delay(priority, failures));

    // Goal: by whom the process has asked for, polling opens none of many sources that have nothing new, before a restart and after.
    [Fact]
    public async Task polling_wakes_no_source_that_has_nothing_new()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        var id = await store.SubscribeAsync();
        for (var i = 0; i < 20; i++)
        {
            await store.PutAsync("k", "1", ns: $"cold{i}");
        }

        await Eventually.HoldsAsync("all are handed out", async () =>
        {
            await store.AnnounceAsync();
            var batch = await store.PullAsync(id);
            if (batch.Deltas.Length > 0)
            {
                await store.AcknowledgeAsync(id, batch.Next);
            }

            return (await store.ReadAllAsync()).Length == 20 && batch.Deltas.IsEmpty;
        });
        await store.ReopenAsync(clean: true);
        for (var i = 0; i < 10; i++)
        {
            Assert.Empty((await store.PullAsync(id)).Deltas);
        }

        Assert.DoesNotContain(store.Database.Directory.Agents, static agent => agent.Id.Kind == AgentKind.Kv);

        // The process has a channel look through its sources once, for what was not announced before the restart.
        await store.PutAsync("k", "2", ns: "cold7");
        await Eventually.HoldsAsync("the only one with news is handed out", async () =>
        {
            await store.AnnounceAsync();
            return (await store.PullAsync(id)).Deltas.Length == 1;
        });
    }

    [Fact]
    public async Task who_waits_is_woken_by_news_and_by_the_end_of_a_lease()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(1);
        var id = await store.SubscribeAsync();
        var first = await store.PullAsync(id);
        var waiting = store.PullAsync(id, wait: TimeSpan.FromSeconds(50)).AsTask();
        Assert.False(waiting.IsCompleted);
        await store.WriteAsync(1);
        Assert.Equal([2L], (await waiting).Deltas.Select(static delta => delta.Sequence));
        await store.AcknowledgeAsync(id, first.Next);

        waiting = store.PullAsync(id, wait: TimeSpan.FromHours(9)).AsTask();
        await Eventually.HoldsAsync("the lease ends", () =>
        {
            store.Time.Advance(TimeSpan.FromSeconds(1));
            return waiting.IsCompleted;
        });
        Assert.Equal([2L], (await waiting).Deltas.Select(static delta => delta.Sequence));

        waiting = store.PullAsync(id, wait: TimeSpan.FromSeconds(5)).AsTask();
        await Eventually.HoldsAsync("patience ends", () =>
        {
            store.Time.Advance(TimeSpan.FromSeconds(1));
            return waiting.IsCompleted;
        });
        Assert.Empty((await waiting).Deltas);
    }

    private static async Task<List<long>> FollowAsync(TestStore store, string id, int count, CancellationToken cancellationToken)
    {
        var sequences = new List<long>(count);
        await foreach (var batch in store.Database.Subscriptions.FollowAsync(CallContext.Local, KvTestCalls.Workspace, id, null, TimeSpan.FromMinutes(1), false, cancellationToken))
        {
            sequences.AddRange(batch.Deltas.Select(static delta => delta.Sequence));
            if (sequences.Count >= count)
            {
                break;
            }
        }

        return sequences;
    }
}
