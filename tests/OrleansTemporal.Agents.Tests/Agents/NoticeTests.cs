using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Agents.Tests.Agents;

/// <summary>Notices tell of what is durable, are coalesced, and never hold a writer up.</summary>
public sealed class NoticeTests
{
    private static readonly AgentId Documents = new(KvTestCalls.Workspace, AgentKind.Kv, KvTestCalls.Namespace, 0);
    private static readonly NoticeFilter OfDocuments = new() { Workspace = KvTestCalls.Workspace, Kinds = [AgentKind.Kv], Name = KvTestCalls.Namespace };

    [Fact]
    public async Task a_write_is_told_of_when_it_is_durable_and_not_before()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        using var reader = store.Database.Notices.Listen(OfDocuments);
        store.Logs.IsHeld = true;
        var write = store.PutAsync("k", "2");
        var reading = reader.ReadAsync(CancellationToken.None).AsTask();
        Assert.False(write.IsCompleted || reading.IsCompleted);

        store.Logs.Flush();
        await write;
        var batch = await reading;
        Assert.Equal(new AgentNotice(Documents, 2), Assert.Single(batch.Notices));
        Assert.False(batch.HasLost);
    }

    [Fact]
    public async Task a_writer_that_nobody_waits_for_is_told_of_too()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        using var reader = store.Database.Notices.Listen(OfDocuments);
        store.Logs.IsHeld = true;
        using var impatient = new CancellationTokenSource();
        var write = store.Kv.PutAsync(CallContext.Local, KvTestCalls.Workspace, KvTestCalls.Namespace, "k", "2"u8.ToArray(), KvPutOptions.None, impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        store.Logs.Flush();
        Assert.Equal(new AgentNotice(Documents, 2), Assert.Single((await reader.ReadAsync(CancellationToken.None)).Notices));
    }

    [Fact]
    public async Task an_agent_that_opens_says_where_it_stands()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        await store.PutAsync("k", "2");
        await store.ReopenAsync(clean: false);
        using var reader = store.Database.Notices.Listen(OfDocuments);
        Assert.Equal("2", await store.GetAsync("k"));
        Assert.Equal(new AgentNotice(Documents, 2), Assert.Single((await reader.ReadAsync(CancellationToken.None)).Notices));
    }

    [Fact]
    public async Task the_journal_of_a_disk_tells_of_every_agent_in_a_group()
    {
        await using var store = await DiskStore.OpenAsync(seed: 1);
        using var reader = store.Database.Notices.Listen(NoticeFilter.All);
        using var elsewhere = store.Database.Notices.Listen(new NoticeFilter { Workspace = "other" });
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => store.PutAsync($"k{i}", "1", ns: $"n{i % 4}")));
        var newest = new Dictionary<AgentId, long>();
        await Eventually.HoldsAsync("every agent was told of up to its last delta", async () =>
        {
            foreach (var notice in (await reader.ReadAsync(CancellationToken.None)).Notices)
            {
                Assert.True(!newest.TryGetValue(notice.Agent, out var before) || notice.Sequence > before, $"{notice} after {before}");
                newest[notice.Agent] = notice.Sequence;
            }

            return Enumerable.Range(0, 4).All(i => newest.GetValueOrDefault(new AgentId("default", AgentKind.Kv, $"n{i}", 0)) == 10);
        });
        Assert.False(elsewhere.ReadAsync(CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task a_thousand_notices_for_one_that_sleeps_are_one()
    {
        var work = new QueueWorkScheduler();
        var hub = new NoticeHub(work);
        Assert.False(hub.IsListening);
        using var reader = hub.Listen(NoticeFilter.All);
        Assert.True(hub.IsListening);
        for (var i = 1; i <= 1_000; i++)
        {
            hub.OnDurable(Documents, i);
            Assert.Equal(1, work.Count);
            if (i % 100 == 0)
            {
                work.RunUntilIdle();
            }
        }

        Assert.Equal(new AgentNotice(Documents, 1_000), Assert.Single((await reader.ReadAsync(CancellationToken.None)).Notices));
        reader.Dispose();
        Assert.False(hub.IsListening);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task a_listener_that_is_too_far_behind_is_told_that_it_has_lost_some()
    {
        const int AgentsMax = 10;
        var work = new QueueWorkScheduler();
        var hub = new NoticeHub(work, AgentsMax);
        using var slow = hub.Listen(NoticeFilter.All);
        using var quick = hub.Listen(NoticeFilter.All);
        var heard = 0;
        for (var i = 0; i < 25; i++)
        {
            hub.OnDurable(new AgentId("default", AgentKind.Kv, $"n{i}", 0), 1);
            work.RunUntilIdle();
            heard += (await quick.ReadAsync(CancellationToken.None)).Notices.Length;
        }

        Assert.Equal(25, heard);
        var behind = await slow.ReadAsync(CancellationToken.None);
        Assert.Equal((AgentsMax, true), (behind.Notices.Length, behind.HasLost));
        hub.OnDurable(Documents, 1);
        work.RunUntilIdle();
        Assert.False((await slow.ReadAsync(CancellationToken.None)).HasLost);
    }

    [Fact]
    public async Task who_waits_is_woken_by_a_notice_by_its_token_and_by_its_end()
    {
        var hub = new NoticeHub(new ThreadPoolWorkScheduler());
        using var reader = hub.Listen(NoticeFilter.All);
        using var stop = new CancellationTokenSource();
        var stopped = reader.ReadAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);

        var woken = reader.ReadAsync(CancellationToken.None).AsTask();
        hub.OnDurable(Documents, 7);
        Assert.Equal(7, Assert.Single((await woken).Notices).Sequence);

        var ended = reader.ReadAsync(CancellationToken.None).AsTask();
        reader.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended);
    }
}
