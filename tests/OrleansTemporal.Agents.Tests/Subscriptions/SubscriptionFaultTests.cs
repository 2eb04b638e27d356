using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>Goal: clocks that are set, deletions that are cut short and erasures leave subscriptions as they promise to be.</summary>
public sealed class SubscriptionFaultTests
{
    [Theory]
    [InlineData(-3_600)]
    [InlineData(3_600)]
    public async Task a_lease_lasts_as_long_as_it_says_whatever_the_wall_clock_is_set_to(int seconds)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(1);
        var id = await store.SubscribeAsync();
        Assert.Single((await store.PullAsync(id)).Deltas);
        store.Time.Set(store.Time.GetUtcNow().AddSeconds(seconds));
        store.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty((await store.PullAsync(id)).Deltas);
        store.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single((await store.PullAsync(id)).Deltas);
    }

    [Fact]
    public async Task a_lease_of_before_a_restart_is_no_longer_than_a_lease_when_the_wall_clock_is_behind()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(1);
        var id = await store.SubscribeAsync();
        store.Time.Set(store.Time.GetUtcNow().AddHours(-1));
        store.Time.Advance(TimeSpan.FromMinutes(50));
        Assert.Single((await store.PullAsync(id)).Deltas);
        await store.ReopenAsync(clean: true);
        Assert.Empty((await store.PullAsync(id)).Deltas);
        store.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Single((await store.PullAsync(id)).Deltas);
    }

    [Fact]
    public async Task a_deletion_that_was_cut_short_hides_no_other_subscription()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await store.SubscribeAsync());
        }

        ids.Sort(StringComparer.Ordinal);
        await store.Database.Directory.Get<ISubscriptionAgent>(SubscriptionService.AgentOf(Workspace, ids[1])).EndAsync(CancellationToken.None);
        Assert.Equal([ids[0], ids[2], ids[3]], (await ListAsync(store, null, 3)).Select(static info => info.Id));
        Assert.Equal([ids[2], ids[3], ids[4]], (await ListAsync(store, ids[0], 10)).Select(static info => info.Id));
        await store.Database.Subscriptions.DeleteAsync(CallContext.Local, Workspace, ids[1], CancellationToken.None);
        Assert.Equal(4, (await ListAsync(store, null, 10)).Length);
    }

    [Fact]
    public async Task an_idempotency_key_that_is_forgotten_makes_another_subscription()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        var order = new SubscriptionOrder { Channels = [ChannelCalls.Name] };
        ValueTask<SubscriptionInfo> CreateAsync() => store.Database.Subscriptions.CreateAsync(Idempotent("once"), Workspace, order, CancellationToken.None);
        var first = await CreateAsync();
        Assert.Equal(first.Id, (await CreateAsync()).Id);
        await store.Database.Subscriptions.DeleteAsync(CallContext.Local, Workspace, first.Id, CancellationToken.None);
        store.Time.Advance(TimeSpan.FromHours(25));
        var second = await CreateAsync();
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(second.Id, Assert.Single(await ListAsync(store, null, 10)).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_was_erased_is_not_handed_out_again_out_of_memory(bool explains)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.BatchAsync([Put("a", "\"secret\""), Put("b", "2")]);
        await store.TellAsync();
        var id = await store.SubscribeAsync();
        var before = await store.PullAsync(id, explains: explains);
        Assert.Contains("secret", TextOf(before), StringComparison.Ordinal);
        await store.Kv.EraseAsync(CallContext.Local, Workspace, KvErasureScope.OfKey(Namespace, "a"), CancellationToken.None);
        await store.TellAsync();
        await store.ReturnAsync(id, before.Next);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        var after = await store.PullAsync(id, explains: explains);
        Assert.Equal(before.Deltas[0].Sequence, after.Deltas[0].Sequence);
        Assert.DoesNotContain("secret", TextOf(after), StringComparison.Ordinal);

        // And it stays so for who asks for the first time.
        Assert.DoesNotContain("secret", TextOf(await store.PullAsync(await store.SubscribeAsync(), explains: true)), StringComparison.Ordinal);
    }

    // Goal: wherever a letter stands in its announcement, alone or in company, a source that can not be read hides its own letters and no others.
    [Fact]
    public async Task a_source_that_can_not_be_read_keeps_no_letter_of_another_from_being_listed()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        var id = (await store.Database.Subscriptions.CreateAsync(
            CallContext.Local, Workspace, new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning", MaxTries = 1 }, CancellationToken.None)).Id;
        foreach (var ns in new[] { "a", "b", "c" })
        {
            await store.BatchAsync([Put("k", "1")], ns: ns);
            await store.BatchAsync([Put("k", "2")], ns: ns);
        }

        await store.TellAsync();
        for (var batch = await store.PullAsync(id); !batch.Deltas.IsEmpty; batch = await store.PullAsync(id))
        {
            await store.ReturnAsync(id, batch.Next);
        }

        var all = await ListDeadAsync(store.Database.Subscriptions);
        Assert.Equal((6, 0), (all.Letters.Length, all.Unread.Length));
        foreach (var ns in new[] { "a", "b", "c" })
        {
            var broken = new AgentId(Workspace, AgentKind.Kv, ns, 0);
            await using var subscriptions = ServiceOver(store, new BrokenDirectory(store.Database.Directory, broken));
            var page = await ListDeadAsync(subscriptions);
            Assert.Equal(all.Letters.Where(letter => letter.Delta.Agent != broken).Select(static letter => letter.Letter), page.Letters.Select(static letter => letter.Letter));
            Assert.Equal(all.Letters.Where(letter => letter.Delta.Agent == broken).Select(static letter => letter.Letter), page.Unread.Select(static letter => letter.Letter));
            Assert.All(page.Unread, letter => Assert.Equal((broken, ErrorCodes.StorageFailed), (letter.Agent, letter.Code)));
        }

        Task<DeadLetterPage> ListDeadAsync(SubscriptionService service) => service.GetDeadAsync(CallContext.Local, Workspace, id, default, 10, CancellationToken.None).AsTask();
    }

    private static SubscriptionService ServiceOver(HeldStore store, IAgentDirectory directory)
    {
        var access = new AccessGate(new AllowLocalAuthorizer(), new UnlimitedQuota(), store.Services.Clock);
        return new SubscriptionService(
            directory, access, store.Database.Workspaces, new ChannelService(directory, access, store.Database.Workspaces), store.Services.Clock, store.Time, store.Services.Loggers);
    }

    private static string TextOf(SubscriptionBatch batch) => string.Concat(
        batch.Deltas.Select(static delta => System.Text.Encoding.UTF8.GetString((delta.Payload ?? default).Span))
            .Concat(batch.Explanations.IsDefault ? [] : batch.Explanations.SelectMany(static one => one.Changes).Select(static change => System.Text.Encoding.UTF8.GetString(change.Value.Span))));

    private static async Task<SubscriptionInfo[]> ListAsync(HeldStore store, string? after, int limit) =>
        [.. await store.Database.Subscriptions.ListAsync(CallContext.Local, Workspace, after, limit, CancellationToken.None)];
}
