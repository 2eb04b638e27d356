using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Channels;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>Calls as the tests of subscriptions make them: workspace <c>default</c>, channel <c>all</c>, unless they say otherwise.</summary>
internal static class SubscriptionCalls
{
    public static async ValueTask<string> SubscribeAsync(this TestStore store, SubscriptionOrder? order = null) =>
        (await store.Database.Subscriptions.CreateAsync(CallContext.Local, KvTestCalls.Workspace, order ?? new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning" }, CancellationToken.None)).Id;

    public static ValueTask<SubscriptionBatch> PullAsync(this TestStore store, string id, int max = 100, TimeSpan wait = default, bool explains = false) =>
        store.Database.Subscriptions.PullAsync(CallContext.Local, KvTestCalls.Workspace, id, max, wait, explains, CancellationToken.None);

    public static ValueTask<SubscriptionState> AcknowledgeAsync(this TestStore store, string id, ChannelCursor cursor) =>
        store.Database.Subscriptions.AcknowledgeAsync(CallContext.Local, KvTestCalls.Workspace, id, cursor, CancellationToken.None);

    public static ValueTask<SubscriptionState> ReturnAsync(this TestStore store, string id, ChannelCursor cursor) =>
        store.Database.Subscriptions.ReturnAsync(CallContext.Local, KvTestCalls.Workspace, id, cursor, CancellationToken.None);

    public static async ValueTask<SubscriptionInfo> LookAsync(this TestStore store, string id) =>
        await store.Database.Subscriptions.GetAsync(CallContext.Local, KvTestCalls.Workspace, id, CancellationToken.None);

    /// <summary>Makes a channel over everything with a guarantee of its own.</summary>
    public static async ValueTask PutChannelAsync(this TestStore store, string name, DeliveryGuarantee guarantee, params string[] namespaces) =>
        await store.Database.Channels.PutAsync(CallContext.Local, KvTestCalls.Workspace, name, ChannelCalls.Over(namespaces) with { Guarantee = guarantee }, CancellationToken.None);

    /// <summary>Writes keys one after the other, and has the channels told.</summary>
    public static async Task WriteAsync(this TestStore store, int count, string ns = KvTestCalls.Namespace)
    {
        for (var i = 0; i < count; i++)
        {
            await store.PutAsync($"k{i}", $"{i}", ns: ns);
        }

        await store.TellAsync();
    }

    /// <summary>Writes so many deltas as fast as it goes, and has the channels told.</summary>
    public static async Task BatchedAsync(this TestStore store, int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => store.PutAsync($"k{i % 100}", "1")));
        await store.TellAsync();
    }

    /// <summary>Has the channels told of everything that was written.</summary>
    public static Task TellAsync(this TestStore store) => Eventually.HoldsAsync("the channels know of everything", async () =>
    {
        await store.AnnounceAsync();
        foreach (var channel in await ChannelService.ListAsync(store.Database.Directory, KvTestCalls.Workspace, null, 100, CancellationToken.None))
        {
            var announced = await store.Database.Directory.Get<IChannelAgent>(channel.Agent).GetAnnouncedAsync(CancellationToken.None);
            foreach (var id in await store.Database.Agents.ListIdsAsync(KvTestCalls.Workspace, CancellationToken.None))
            {
                if (channel.Settings.Sources.Any(source => source.Matches(id)))
                {
                    var status = await store.Database.Directory.Get<IAgent>(id).GetStatusAsync(CancellationToken.None);
                    if (announced.FirstOrDefault(notice => notice.Agent == id).Sequence < status.Sequence)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    });

    /// <summary>Which deltas a batch has, by agent and sequence.</summary>
    public static (string Agent, long Sequence)[] Places(this SubscriptionBatch batch) => [.. batch.Deltas.Select(static delta => (delta.Agent.Name, delta.Sequence))];
}
