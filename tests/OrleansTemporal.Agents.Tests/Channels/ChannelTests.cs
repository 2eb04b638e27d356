using System.Text;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Timelines;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>A channel puts the deltas of many agents into one order that is read from any cursor.</summary>
public sealed class ChannelTests
{
    [Fact]
    public async Task a_channel_carries_its_sources_whole_from_before_it_was_made()
    {
        await using var store = await HeldStore.OpenAsync();
        var first = await store.PutAsync("k", "1", ns: "orders");
        await store.PutAsync("k", "1", ns: "other");
        await store.PutChannelAsync("orders", "users");
        await store.AnnounceAsync();
        var second = await store.PutAsync("k", "2", ns: "orders");
        var third = await store.PutAsync("u", "3", ns: "users");
        await EventuallyAnnouncedAsync(store, 3);

        var deltas = await store.ReadAllAsync();
        Assert.Equal([first.Receipt.Root, second.Receipt.Root, third.Receipt.Root], deltas.Select(static delta => delta.Root).Order(Comparer<Distinction>.Create((left, right) => Rank(left).CompareTo(Rank(right)))));
        Assert.All(deltas, static delta => Assert.Equal("storage.store", delta.Kind.ToString()));
        var change = Assert.Single(deltas.Single(delta => delta.Root == second.Receipt.Root).Changes);
        Assert.Equal((KvOperationKind.Put, "k", "2", second.Outcomes[0].WriteId), (change.Kind, change.Key, Encoding.UTF8.GetString(change.Value.Span), change.WriteId));

        int Rank(Distinction root) => root == first.Receipt.Root ? 0 : root == second.Receipt.Root ? 1 : 2;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000)]
    public async Task any_batch_size_reads_the_same_deltas_in_the_same_order(int countMax)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        for (var i = 0; i < 60; i++)
        {
            await store.PutAsync($"k{i}", "1", ns: $"n{i % 4}");
            if (i % 7 == 0)
            {
                await store.AnnounceAsync();
            }
        }

        await EventuallyAnnouncedAsync(store, 60);
        await TestStore.SealAsync(store.Agent("n1"));
        var all = await store.ReadAllAsync();
        Assert.Equal(60, all.Length);
        foreach (var source in all.GroupBy(static delta => delta.Agent))
        {
            Assert.Equal(Enumerable.Range(1, 15).Select(static i => (long)i), source.Select(static delta => delta.Sequence));
        }

        Assert.Equal(all.Select(static delta => (delta.Agent, delta.Sequence, delta.Root)), (await store.ReadAllAsync(countMax)).Select(static delta => (delta.Agent, delta.Sequence, delta.Root)));
    }

    [Fact]
    public async Task what_is_announced_twice_or_late_is_carried_once()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("nothing");
        for (var i = 0; i < 5; i++)
        {
            await store.PutAsync("k", "1");
        }

        var channel = store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);
        var source = new AgentId(Workspace, AgentKind.Kv, Namespace, 0);
        Assert.Equal(1, await AnnounceAsync(channel, source, 2));
        Assert.Equal(1, await AnnounceAsync(channel, source, 2));
        Assert.Equal(2, await AnnounceAsync(channel, source, 3, 5, 4));
        Assert.Equal(2, await AnnounceAsync(channel, source, 1));
        Assert.Equal(new AgentNotice(source, 5), Assert.Single(await channel.GetAnnouncedAsync(CancellationToken.None)));
        Assert.Equal([1L, 2, 3, 4, 5], (await store.ReadAllAsync()).Select(static delta => delta.Sequence));

        await store.ReopenAsync(clean: false);
        channel = store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);
        Assert.Equal(2, await AnnounceAsync(channel, source, 5));
        Assert.Equal([1L, 2, 3, 4, 5], (await store.ReadAllAsync()).Select(static delta => delta.Sequence));
    }

    [Fact]
    public async Task announcers_beside_each_other_leave_no_gap_and_double_nothing()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("nothing");
        for (var i = 0; i < 200; i++)
        {
            await store.PutAsync("k", "1");
        }

        var channel = store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);
        var source = new AgentId(Workspace, AgentKind.Kv, Namespace, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(announcer => Task.Run(async () =>
        {
            for (var i = 1; i <= 200; i += 1 + announcer)
            {
                await AnnounceAsync(channel, source, i);
            }
        })));
        await AnnounceAsync(channel, source, 200);
        Assert.Equal(Enumerable.Range(1, 200).Select(static i => (long)i), (await store.ReadAllAsync(7)).Select(static delta => delta.Sequence));
    }

    [Fact]
    public async Task what_a_crash_left_unannounced_is_announced_by_the_next_process()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.PutAsync("k", "1");
        await EventuallyAnnouncedAsync(store, 1);
        await store.PutAsync("k", "2");
        await store.PutAsync("k", "3", ns: "second");
        await store.ReopenAsync(clean: false);
        Assert.Single(await store.ReadAllAsync());
        await store.AnnounceAsync();
        Assert.Equal(3, (await store.ReadAllAsync()).Length);
    }

    [Fact]
    public async Task erased_writes_keep_their_place_and_encrypted_ones_their_secret()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, "sealed", new KvSettings { DataKey = DataKeyPolicy.Own }, CancellationToken.None);
        await store.PutAsync("k", "\"secret\"", ns: "sealed");
        await store.BatchAsync([Put("a", "1"), Put("b", "2")]);
        await store.Kv.EraseAsync(CallContext.Local, Workspace, KvErasureScope.OfKey(Namespace, "a"), CancellationToken.None);
        await EventuallyAnnouncedAsync(store, 3);
        var deltas = await store.ReadAllAsync();

        var encrypted = Assert.Single(deltas.Single(static delta => delta.Agent.Name == "sealed").Changes);
        Assert.Equal((true, true, "k"), (encrypted.IsEncrypted, encrypted.Value.IsEmpty, encrypted.Key));
        var batch = deltas.First(static delta => delta.Agent.Name == Namespace);
        Assert.Equal([(null, ""), (KvOperationKind.Put, "b")], batch.Changes.Select(static change => (change.Kind, change.Key)));
        Assert.Equal("storage.erase", deltas.Last(static delta => delta.Agent.Name == Namespace).Kind.ToString());
    }

    [Fact]
    public async Task a_channel_carries_documents_and_timelines_in_one_order()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Channels.PutAsync(
            CallContext.Local,
            Workspace,
            ChannelCalls.Name,
            new ChannelSettings { Sources = [new ChannelSource { Kind = AgentKind.Kv }, new ChannelSource { Kind = AgentKind.Timelines, Name = "w" }] },
            CancellationToken.None);
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, "w", new TimelineDefinition(2, new TimelinePolicy()), CancellationToken.None);
        var written = await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, "w", new TimelineWrite { State = new[] { 1f, 2f } }, CancellationToken.None);
        await store.PutAsync("k", "1");
        var timeline = await store.Database.Directory.Get<IAgent>(new AgentId(Workspace, AgentKind.Timelines, "w", 0)).GetStatusAsync(CancellationToken.None);
        await EventuallyAnnouncedAsync(store, (int)timeline.Sequence + 1);
        var deltas = await store.ReadAllAsync();
        Assert.Equal(timeline.Root, deltas.Last(static delta => delta.Agent.Kind == AgentKind.Timelines).Root);
        Assert.Equal(written.Receipt!.Sequence, timeline.Sequence);
        Assert.Single(deltas, static delta => delta.Agent.Kind == AgentKind.Kv);
    }

    [Fact]
    public async Task a_channel_is_an_agent_that_is_listed_verified_and_sealed()
    {
        await using var store = await HeldStore.OpenAsync();
        var made = await store.PutChannelAsync("n");
        Assert.Equal(ChannelCalls.Agent, made.Agent);
        await store.PutAsync("k", "1");
        await EventuallyAnnouncedAsync(store, 1);
        var reports = await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
        Assert.Null(reports.Single(static report => report.Agent == ChannelCalls.Agent).Fault);
        Assert.Equal(new ChannelCursor(1), await store.Database.Channels.GetEndAsync(CallContext.Local, Workspace, ChannelCalls.Name, CancellationToken.None));
        Assert.Equal("n", Assert.Single(Assert.Single(await store.Database.Channels.ListAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)).Settings.Sources).Name);

        var agent = (IHostedAgent)store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);
        Assert.True(await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None));
        await store.ReopenAsync(clean: true);
        await store.PutAsync("k", "2");
        await EventuallyAnnouncedAsync(store, 2);
        Assert.Equal([1L, 2], (await store.ReadAllAsync()).Select(static delta => delta.Sequence));
    }

    [Fact]
    public async Task what_can_not_be_a_channel_is_refused_in_words()
    {
        await using var store = await HeldStore.OpenAsync();
        var channels = store.Database.Channels;
        await RefusedAsync(ErrorCodes.ChannelNotFound, async () => await store.ReadChannelAsync());
        await RefusedAsync(ErrorCodes.InvalidName, async () => await channels.PutAsync(CallContext.Local, Workspace, "_x", ChannelCalls.Over(), CancellationToken.None));
        await RefusedAsync(ErrorCodes.InvalidField, async () => await channels.PutAsync(CallContext.Local, Workspace, "x", new ChannelSettings { Sources = default }, CancellationToken.None));
        await RefusedAsync(ErrorCodes.InvalidField, async () => await channels.PutAsync(CallContext.Local, Workspace, "x", new ChannelSettings { Sources = [new ChannelSource { Kind = AgentKind.Channels }] }, CancellationToken.None));
        var many = ChannelCalls.Over([.. Enumerable.Range(0, Limits.ChannelSourcesMax + 1).Select(static i => $"n{i}")]);
        await RefusedAsync(ErrorCodes.InvalidField, async () => await channels.PutAsync(CallContext.Local, Workspace, "x", many, CancellationToken.None));
        await RefusedAsync(ErrorCodes.WorkspaceNotFound, async () => await channels.PutAsync(CallContext.Local, "nowhere", "x", ChannelCalls.Over(), CancellationToken.None));
    }

    [Fact]
    public async Task a_channel_has_room_for_so_many_agents_and_no_more()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("nothing");
        var channel = store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);
        var notices = Enumerable.Range(0, Limits.ChannelAgentsMax + 1).Select(static i => new AgentNotice(new AgentId(Workspace, AgentKind.Kv, $"n{i}", 0), 1)).ToList();
        await RefusedAsync(ErrorCodes.BatchTooLarge, async () => await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [.. notices.Take(Limits.ChannelRangesMax + 1)] }, CancellationToken.None));
        foreach (var chunk in notices.Take(Limits.ChannelAgentsMax).Chunk(Limits.ChannelRangesMax))
        {
            await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [.. chunk] }, CancellationToken.None);
        }

        await RefusedAsync(ErrorCodes.ChannelFull, async () => await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [notices[^1]] }, CancellationToken.None));
        Assert.Equal(11, await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [notices[0] with { Sequence = 2 }] }, CancellationToken.None));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("17")]
    [InlineData("17+3")]
    [InlineData("9223372036854775807+9223372036854775807")]
    public void a_cursor_reads_back_from_its_text(string text)
    {
        Assert.Equal(text, ChannelCursor.Parse(text).ToString());
        Assert.True(text.Length <= ChannelCursor.TextLengthMax);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("01")]
    [InlineData("1+0")]
    [InlineData("1+")]
    [InlineData("+1")]
    [InlineData("1+-1")]
    [InlineData("9223372036854775808")]
    [InlineData("1 ")]
    public void what_is_no_cursor_is_refused(string text) =>
        Assert.Equal("cursor", Assert.Throws<TemporalException>(() => ChannelCursor.Parse(text)).Field);

    private static ValueTask<long> AnnounceAsync(IChannelAgent channel, AgentId source, params long[] sequences) =>
        channel.AnnounceAsync(new ChannelAnnouncement { Notices = [.. sequences.Select(sequence => new AgentNotice(source, sequence))] }, CancellationToken.None);

    // Notices come by posted work, so a turn right behind a write may be too early for its notice.
    private static Task EventuallyAnnouncedAsync(TestStore store, int count) => Eventually.HoldsAsync($"{count} deltas are announced", async () =>
    {
        await store.AnnounceAsync();
        return (await store.ReadAllAsync()).Length >= count;
    });
}
