using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Agents.Tests.Subscriptions;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>Goal: what one channel can not be told keeps nothing from any other one.</summary>
public sealed class ChannelAnnouncerTests
{
    [Fact]
    public async Task a_channel_that_is_full_keeps_no_other_from_being_told()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("a-full", DeliveryGuarantee.AtLeastOnce);
        await FillAsync(ChannelOf(store, "a-full"));
        await store.PutChannelAsync("b-free", DeliveryGuarantee.AtLeastOnce);
        await store.PutAsync("k", "1");
        await Eventually.HoldsAsync("the other channel knows of the write", async () =>
        {
            await AnnounceAsync(store);
            return (await ChannelOf(store, "b-free").GetAnnouncedAsync(CancellationToken.None)).Any(static notice => notice.Agent.Name == Namespace);
        });
        Assert.DoesNotContain(await ChannelOf(store, "a-full").GetAnnouncedAsync(CancellationToken.None), static notice => notice.Agent.Name == Namespace);
    }

    [Fact]
    public async Task a_channel_that_is_full_goes_on_with_the_agents_that_it_carries()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("nothing");
        var channel = ChannelOf(store, ChannelCalls.Name);
        await FillAsync(channel);
        var announcement = new ChannelAnnouncement { Notices = [new AgentNotice(Invented(Limits.ChannelAgentsMax), 1), new AgentNotice(Invented(0), 2)] };
        await RefusedAsync(ErrorCodes.ChannelFull, async () => await channel.AnnounceAsync(announcement, CancellationToken.None));
        Assert.Contains(new AgentNotice(Invented(0), 2), await channel.GetAnnouncedAsync(CancellationToken.None));
        await RefusedAsync(ErrorCodes.ChannelFull, async () => await channel.AnnounceAsync(announcement, CancellationToken.None));
    }

    [Fact]
    public async Task what_a_channel_has_is_carried_on_in_steps_that_a_reader_can_begin_behind()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("one", DeliveryGuarantee.AtLeastOnce, "n");
        await store.PutChannelAsync("two", DeliveryGuarantee.AtLeastOnce, "m");
        var one = ChannelOf(store, "one");
        for (var i = 0; i < 600; i++)
        {
            await store.PutAsync("k", $"{i}");
            await one.AnnounceAsync(new ChannelAnnouncement { Notices = [new AgentNotice(store.Agent(Namespace).Id, i + 1)] }, CancellationToken.None);
        }

        var over = ChannelOf(store, "over");
        await over.AnnounceAsync(new ChannelAnnouncement { Notices = [new AgentNotice(ChannelService.AgentOf(Workspace, "one"), 600)] }, CancellationToken.None);
        Assert.Equal(3, (await over.GetStatusAsync(CancellationToken.None)).Sequence);
        Assert.Equal(600, Assert.Single(await over.GetAnnouncedAsync(CancellationToken.None)).Sequence);
    }

    private static IChannelAgent ChannelOf(HeldStore store, string name) => store.Database.Directory.Get<IChannelAgent>(ChannelService.AgentOf(Workspace, name));

    private static AgentId Invented(int number) => new(Workspace, AgentKind.Kv, $"invented{number}", 0);

    private static async Task FillAsync(IChannelAgent channel)
    {
        foreach (var chunk in Enumerable.Range(0, Limits.ChannelAgentsMax).Select(static i => new AgentNotice(Invented(i), 1)).Chunk(Limits.ChannelRangesMax))
        {
            await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [.. chunk] }, CancellationToken.None);
        }
    }

    // A turn says what it could not do, once it has done the rest.
    private static async Task AnnounceAsync(HeldStore store)
    {
        try
        {
            await store.AnnounceAsync();
        }
        catch (TemporalException full)
        {
            Assert.Equal(ErrorCodes.ChannelFull, full.Code);
        }
    }
}
