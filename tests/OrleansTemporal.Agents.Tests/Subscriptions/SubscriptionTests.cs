using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Routing;
using OrleansTemporal.Subscriptions;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>Subscriptions hand out, lease, take back and remember.</summary>
public sealed class SubscriptionTests
{
    [Fact]
    public async Task what_is_acknowledged_is_done_and_what_is_not_comes_back_when_its_lease_ends()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(5);
        var id = await store.SubscribeAsync();
        var first = await store.PullAsync(id, max: 2);
        var second = await store.PullAsync(id, max: 2);
        Assert.Equal([(Namespace, 1L), (Namespace, 2L)], first.Places());
        Assert.Equal([(Namespace, 3L), (Namespace, 4L)], second.Places());
        Assert.Equal(first.Next, first.Cursors[^1]);
        Assert.Equal((2L, 3L), ((await store.AcknowledgeAsync(id, first.Cursors[^1])).Pending, (await store.LookAsync(id)).Lag));
        store.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal([(Namespace, 5L)], (await store.PullAsync(id)).Places());
        store.Time.Advance(TimeSpan.FromSeconds(2));
        var again = await store.PullAsync(id);
        Assert.Equal([(Namespace, 3L), (Namespace, 4L), (Namespace, 5L)], again.Places());
        Assert.Equal(1, again.Tries);
        var state = await store.AcknowledgeAsync(id, again.Next);
        Assert.Equal((5L, 8L, 2L, 0L), (state.AcknowledgedCount, state.Received, state.Redelivered, state.Pending));
        store.Time.Advance(TimeSpan.FromDays(1));
        Assert.Empty((await store.PullAsync(id)).Deltas);
        Assert.Equal(0, (await store.LookAsync(id)).Lag);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task everything_is_remembered_over_a_restart(bool clean)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(5);
        var id = await store.SubscribeAsync();
        var batch = await store.PullAsync(id, max: 3);
        await store.AcknowledgeAsync(id, batch.Cursors[0]);
        if (clean)
        {
            await SealAsync(store, id);
        }

        var before = (await store.LookAsync(id)).State;
        await store.ReopenAsync(clean);
        var after = (await store.LookAsync(id)).State;
        Assert.Equal(before with { BackpressureEvents = 0, Status = SubscriptionStatus.Disconnected }, after with { BackpressureEvents = 0, Status = SubscriptionStatus.Disconnected });

        // The lease goes on where it was.
        Assert.Equal([(Namespace, 4L), (Namespace, 5L)], (await store.PullAsync(id)).Places());
        store.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal([(Namespace, 2L), (Namespace, 3L), (Namespace, 4L), (Namespace, 5L)], (await store.PullAsync(id)).Places());
    }

    [Fact]
    public async Task what_was_given_back_comes_at_once_and_dies_alone_after_its_tries()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(4);
        var id = await store.SubscribeAsync(new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning", MaxTries = 3 });
        var handed = new List<string>();
        for (var turn = 0; turn < 20; turn++)
        {
            // A subscriber that can not digest the third.
            var batch = await store.PullAsync(id);
            if (batch.Deltas.IsEmpty)
            {
                break;
            }

            handed.Add(string.Join(',', batch.Deltas.Select(static delta => delta.Sequence)));
            var bad = batch.Deltas.ToList().FindIndex(static delta => delta.Sequence == 3);
            if (bad < 0)
            {
                await store.AcknowledgeAsync(id, batch.Next);
                continue;
            }

            if (bad > 0)
            {
                await store.AcknowledgeAsync(id, batch.Cursors[bad - 1]);
            }

            await store.ReturnAsync(id, batch.Cursors[bad]);
        }

        Assert.Equal(["1,2,3,4", "3,4", "3", "4"], handed);
        var dead = Assert.Single((await store.Database.Subscriptions.GetDeadAsync(CallContext.Local, Workspace, id, default, 10, CancellationToken.None)).Letters);
        Assert.Equal((3L, 3, "k2"), (dead.Delta.Sequence, dead.Letter.Tries, Assert.Single(dead.Explanation.Changes).Key));
        Assert.Equal(0, (await store.Database.Subscriptions.GetDeadAsync(CallContext.Local, Workspace, id, dead.Letter.Cursor, 10, CancellationToken.None)).Count);
        var refused = await Assert.ThrowsAsync<TemporalException>(() => store.ReturnAsync(id, new ChannelCursor(99)).AsTask());
        Assert.Equal(ErrorCodes.InvalidCursor, refused.Code);
    }

    [Fact]
    public async Task from_now_means_from_now_whether_it_is_announced_already_or_not()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(2);
        await store.PutAsync("unannounced", "1");
        var now = await store.SubscribeAsync(new SubscriptionOrder { Channels = [ChannelCalls.Name] });
        await store.PutAsync("later", "1");
        await store.TellAsync();
        var batch = await store.PullAsync(now, explains: true);
        Assert.Equal("later", Assert.Single(Assert.Single(batch.Explanations).Changes).Key);

        var all = await store.PullAsync(await store.SubscribeAsync());
        var rest = await store.SubscribeAsync(new SubscriptionOrder { Channels = [ChannelCalls.Name], From = all.Cursors[1].ToString() });
        Assert.Equal([(Namespace, 3L), (Namespace, 4L)], (await store.PullAsync(rest)).Places());
        await RefusedAsync(store, ErrorCodes.InvalidCursor, new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "99" });
    }

    [Fact]
    public async Task a_filter_passes_what_it_says_and_what_is_passed_over_needs_no_acknowledgement()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(6, "a");
        await store.WriteAsync(6, "b");
        var filter = new SubscriptionFilter { SourcePatterns = ["kv/b*"], KeyPrefix = "k", ChangeTypes = [ChangeType.Insert] };
        var id = await store.SubscribeAsync(new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning", Filter = filter });
        var batch = await store.PullAsync(id, max: 100);
        Assert.Equal(Enumerable.Range(1, 6).Select(static sequence => ("b", (long)sequence)), batch.Places());
        await store.AcknowledgeAsync(id, batch.Cursors[^1]);
        Assert.Equal(0, (await store.LookAsync(id)).Lag);

        var none = await store.SubscribeAsync(new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning", Filter = new SubscriptionFilter { SourcePatterns = ["series/*"] } });
        Assert.Empty((await store.PullAsync(none)).Deltas);
        var sequence = (await store.Database.Directory.Get<IAgent>(SubscriptionService.AgentOf(Workspace, none)).GetStatusAsync(CancellationToken.None)).Sequence;
        await store.WriteAsync(2, "a");
        Assert.Empty((await store.PullAsync(none)).Deltas);
        Assert.Equal(sequence, (await store.Database.Directory.Get<IAgent>(SubscriptionService.AgentOf(Workspace, none)).GetStatusAsync(CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task a_subscription_over_several_channels_has_one_order_and_one_short_cursor()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("one", DeliveryGuarantee.AtMostOnce, "a");
        await store.PutChannelAsync("two", DeliveryGuarantee.AtLeastOnce, "b", "c");
        await store.WriteAsync(5, "a");
        await store.WriteAsync(5, "b");
        var order = new SubscriptionOrder { Channels = ["two", "one", "two"], From = "beginning" };
        var id = await store.SubscribeAsync(order);
        var now = await store.SubscribeAsync(order with { From = "now" });
        await store.WriteAsync(5, "c");
        await store.WriteAsync(5, "a");
        Assert.Equal(DeliveryGuarantee.AtLeastOnce, (await store.LookAsync(id)).Definition.Guarantee);
        var seen = new List<(string, long)>();
        while (await store.PullAsync(id, max: 3) is { Deltas.IsEmpty: false } batch)
        {
            Assert.True(batch.Next.ToString().Length <= ChannelCursor.TextLengthMax);
            seen.AddRange(batch.Places());
            await store.AcknowledgeAsync(id, batch.Next);
        }

        Assert.Equal(20, seen.Distinct().Count());
        Assert.All(seen.GroupBy(static place => place.Item1), static source => Assert.Equal(Enumerable.Range(1, source.Count()).Select(static sequence => (long)sequence), source.Select(static place => place.Item2)));
        Assert.Equal(10, (await store.PullAsync(now)).Deltas.Length);
        Assert.Equal(["one", "two"], (await store.Database.Channels.ListAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)).Select(static channel => channel.Agent.Name));
        Assert.Single((await store.Database.Channels.ListAsync(CallContext.Local, Workspace, null, 1, CancellationToken.None)));
    }

    [Fact]
    public async Task at_most_once_never_hands_out_twice_and_exactly_once_never_again_after_an_acknowledgement()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("most", DeliveryGuarantee.AtMostOnce);
        await store.PutChannelAsync("exactly", DeliveryGuarantee.ExactlyOnce);
        await store.WriteAsync(4);
        var most = await store.SubscribeAsync(new SubscriptionOrder { Channels = ["most"], From = "beginning" });
        Assert.Equal(3, (await store.PullAsync(most, max: 3)).Deltas.Length);
        store.Time.Advance(TimeSpan.FromHours(1));
        Assert.Single((await store.PullAsync(most, max: 3)).Deltas);

        var exactly = await store.SubscribeAsync(new SubscriptionOrder { Channels = ["exactly"], From = "beginning" });
        var batch = await store.PullAsync(exactly);
        await store.AcknowledgeAsync(exactly, batch.Cursors[1]);
        store.Time.Advance(TimeSpan.FromHours(1));
        await store.AcknowledgeAsync(exactly, batch.Cursors[0]);
        Assert.Equal([3L, 4L], (await store.PullAsync(exactly)).Deltas.Select(static delta => delta.Sequence));
        await using var stream = store.Database.Subscriptions.FollowAsync(CallContext.Local, Workspace, exactly, default(ChannelCursor), TimeSpan.Zero, false, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal([3L, 4L], stream.Current.Deltas.Select(static delta => delta.Sequence));
    }

    [Fact]
    public async Task a_paused_subscription_hands_out_nothing_and_goes_on_where_it_was()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(2);
        var id = await store.SubscribeAsync();
        Assert.Equal(SubscriptionStatus.Paused, (await store.Database.Subscriptions.PauseAsync(CallContext.Local, Workspace, id, CancellationToken.None)).Status);
        Assert.Equal((0, SubscriptionStatus.Paused), ((await store.PullAsync(id)).Deltas.Length, (await store.PullAsync(id)).Status));
        await store.ReopenAsync(clean: false);
        Assert.Equal(SubscriptionStatus.Paused, (await store.PullAsync(id)).Status);
        await store.Database.Subscriptions.ResumeAsync(CallContext.Local, Workspace, id, CancellationToken.None);
        Assert.Equal(2, (await store.PullAsync(id)).Deltas.Length);
        Assert.Equal(SubscriptionStatus.Active, (await store.LookAsync(id)).State.Status);
        store.Time.Advance(Limits.SubscriptionSilenceMax);
        Assert.Equal(SubscriptionStatus.Disconnected, (await store.LookAsync(id)).State.Status);
    }

    [Fact]
    public async Task who_acknowledges_nothing_gets_no_more_than_may_wait()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.BatchedAsync(Limits.SubscriptionPendingMax + 5);
        var id = await store.SubscribeAsync();
        var count = 0;
        while (count < Limits.SubscriptionPendingMax)
        {
            count += (await store.PullAsync(id, max: 3_000)).Deltas.Length;
        }

        Assert.Equal(Limits.SubscriptionPendingMax, count);
        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<TemporalException>(() => store.PullAsync(id).AsTask());
            Assert.Equal((ErrorKind.Throttled, ErrorCodes.SubscriptionBackpressured), (refused.Kind, refused.Code));
        }

        var state = (await store.LookAsync(id)).State;
        Assert.Equal((SubscriptionStatus.Backpressured, 1L), (state.Status, state.BackpressureEvents));
        await store.AcknowledgeAsync(id, state.Position);
        Assert.Equal(5, (await store.PullAsync(id)).Deltas.Length);
    }

    [Fact]
    public async Task a_filter_that_passes_nothing_holds_no_answer_up_and_is_remembered_now_and_then()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.BatchedAsync(Limits.SubscriptionExaminedMax + 500);
        var id = await store.SubscribeAsync(new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning", Filter = new SubscriptionFilter { KeyPrefix = "nothing" } });
        var first = await store.PullAsync(id);
        Assert.Equal((0, true), (first.Deltas.Length, first.HasMore));
        await store.ReopenAsync(clean: false);
        Assert.Equal(first.Next, (await store.LookAsync(id)).State.Position);
        var second = await store.PullAsync(id);
        Assert.Equal((0, false), (second.Deltas.Length, second.HasMore));
        Assert.True(second.Next > first.Next);
        await store.ReopenAsync(clean: false);
        Assert.Equal(first.Next, (await store.LookAsync(id)).State.Position);
    }

    [Fact]
    public async Task a_workspace_has_no_more_subscriptions_than_it_may()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.SubscribeAsync();
        var definition = SubscriptionJson.Write((await store.LookAsync(await store.SubscribeAsync())).Definition);
        var catalog = store.Database.Directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(Workspace));
        for (var i = 2; i < Limits.SubscriptionsMax; i++)
        {
            await catalog.ChangeAsync(new CatalogChange { Kind = AgentKind.Subscriptions, Name = $"{i:x16}", Settings = definition }, CancellationToken.None);
        }

        store.Time.Advance(TimeSpan.FromMinutes(1));
        var refused = await Assert.ThrowsAsync<TemporalException>(() => store.SubscribeAsync().AsTask());
        Assert.Equal((ErrorKind.Conflict, ErrorCodes.SubscriptionsFull), (refused.Kind, refused.Code));
    }

    [Fact]
    public async Task what_a_route_leads_to_a_channel_is_handed_out_with_its_end()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Channels.PutAsync(CallContext.Local, Workspace, "open", new ChannelSettings { Sources = [], IsOpen = true }, CancellationToken.None);
        await store.Database.Channels.PutAsync(CallContext.Local, Workspace, "routed", new ChannelSettings { Sources = [], IsOpen = true }, CancellationToken.None);
        await store.Database.Routes.PutAsync(CallContext.Local, Workspace, "r", new RouteDefinition { SourcePattern = "kv/a*", Channels = ["routed"], TimeToLive = TimeSpan.FromMinutes(1) }, CancellationToken.None);
        await store.WriteAsync(3, "a1");
        await store.WriteAsync(3, "b1");
        await Eventually.HoldsAsync("the channels know of everything", async () =>
        {
            await store.AnnounceAsync();
            var (all, some) = (await PublishedAsync(store, "open"), await PublishedAsync(store, "routed"));
            Assert.True(all <= 6 && some <= 3);
            return (all, some) == (6, 3);
        });
        var order = new SubscriptionOrder { Channels = ["open"], From = "beginning" };
        Assert.Equal(6, (await store.PullAsync(await store.SubscribeAsync(order))).Deltas.Length);
        var routed = await store.SubscribeAsync(order with { Channels = ["routed"] });
        var both = await store.SubscribeAsync(order with { Channels = ["routed", "open"] });
        await store.TellAsync();
        Assert.Equal(9, (await store.PullAsync(both)).Deltas.Length);
        var batch = await store.PullAsync(routed, max: 2);
        Assert.Equal([("a1", 1L), ("a1", 2L)], batch.Places());
        Assert.All(batch.Deltas, static delta => Assert.False(delta.IsExpired));
        store.Time.Advance(TimeSpan.FromMinutes(2));
        batch = await store.PullAsync(routed);
        Assert.Equal([("a1", 1L), ("a1", 2L), ("a1", 3L)], batch.Places());
        Assert.All(batch.Deltas, static delta => Assert.True(delta.IsExpired));
        Assert.Equal(1, batch.Tries);
    }

    [Fact]
    public async Task what_can_not_be_is_refused_with_the_field()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        var order = new SubscriptionOrder { Channels = [ChannelCalls.Name] };
        await RefusedAsync(store, ErrorCodes.ChannelNotFound, order with { Channels = ["nowhere"] });
        await RefusedAsync(store, ErrorCodes.InvalidName, order with { Channels = ["_over-x"] });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Channels = [] });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Channels = [.. Enumerable.Range(0, Limits.SubscriptionChannelsMax + 1).Select(static i => $"c{i}")] });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { From = "yesterday" });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Lease = TimeSpan.Zero });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Lease = Limits.SubscriptionLeaseMax + TimeSpan.FromMilliseconds(1) });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { MaxTries = 0 });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { MaxTries = Limits.SubscriptionTriesMax + 1 });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Name = new string('n', Limits.NameLengthMax + 1) });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Webhook = new WebhookTarget { Url = "ftp://example.org" } });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Webhook = new WebhookTarget { Url = $"http://example.org/{new string('x', Limits.WebhookUrlLengthMax)}" } });
        await RefusedAsync(store, ErrorCodes.InvalidField, order with { Webhook = new WebhookTarget { Url = "http://example.org", Secret = new string('s', Limits.WebhookSecretBytesMax + 1) } });
        await RefusedAsync(store, ErrorCodes.InvalidPattern, order with { Filter = new SubscriptionFilter { SourcePatterns = [""] } });
        Assert.Equal(ErrorCodes.SubscriptionNotFound, (await Assert.ThrowsAsync<TemporalException>(() => store.PullAsync("nobody").AsTask())).Code);
    }

    [Fact]
    public async Task a_subscription_that_has_ended_is_gone_and_one_made_twice_by_one_request_is_one()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.WriteAsync(1);
        var order = new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning", Name = "mine" };
        var first = await store.Database.Subscriptions.CreateAsync(Idempotent("k"), Workspace, order, CancellationToken.None);
        var second = await store.Database.Subscriptions.CreateAsync(Idempotent("k"), Workspace, order, CancellationToken.None);
        Assert.Equal(first.Id, second.Id);
        var reused = await Assert.ThrowsAsync<TemporalException>(() => store.Database.Subscriptions.CreateAsync(Idempotent("k"), Workspace, order with { MaxTries = 7 }, CancellationToken.None).AsTask());
        Assert.Equal(ErrorCodes.IdempotencyKeyReused, reused.Code);
        Assert.Equal([first.Id], (await store.Database.Subscriptions.ListAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)).Select(static info => info.Id));
        await store.Database.Subscriptions.DeleteAsync(CallContext.Local, Workspace, first.Id, CancellationToken.None);
        Assert.Equal(ErrorCodes.SubscriptionNotFound, (await Assert.ThrowsAsync<TemporalException>(() => store.PullAsync(first.Id).AsTask())).Code);
        Assert.Equal(ErrorCodes.SubscriptionNotFound, (await Assert.ThrowsAsync<TemporalException>(() => store.LookAsync(first.Id).AsTask())).Code);
        Assert.Empty(await store.Database.Subscriptions.ListAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None));
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    [Fact]
    public async Task a_channel_tells_how_much_it_carries_and_who_reads_it()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        for (var i = 0; i < 300; i++)
        {
            await store.PutAsync($"k{i}", "1", ns: $"n{i % 3}");
            await store.AnnounceAsync();
        }

        await store.TellAsync();
        var id = await store.SubscribeAsync();
        var batch = await store.PullAsync(id, max: 100);
        var metrics = await store.Database.Channels.GetMetricsAsync(CallContext.Local, Workspace, ChannelCalls.Name, CancellationToken.None);
        Assert.Equal((300L, 100L, 1, 3), (metrics.Published, metrics.Delivered, metrics.SubscriberCount, metrics.AgentCount));
        var channel = store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);
        for (var i = 0; i < batch.Cursors.Length; i += 7)
        {
            Assert.Equal(i + 1, (await channel.MeasureAsync(batch.Cursors[i], CancellationToken.None)).Through);
        }

        Assert.Equal(0, (await channel.MeasureAsync(default, CancellationToken.None)).Through);
        Assert.Equal(300, (await channel.MeasureAsync(new ChannelCursor(long.MaxValue), CancellationToken.None)).Through);
    }

    private static async Task<long> PublishedAsync(TestStore store, string channel) =>
        (await store.Database.Channels.GetMetricsAsync(CallContext.Local, Workspace, channel, CancellationToken.None)).Published;

    private static async Task RefusedAsync(TestStore store, string code, SubscriptionOrder order)
    {
        var refused = await Assert.ThrowsAsync<TemporalException>(() => store.SubscribeAsync(order).AsTask());
        Assert.Equal(code, refused.Code);
        Assert.NotNull(refused.Field);
    }

    private static async Task SealAsync(TestStore store, string id)
    {
        var agent = store.Database.Directory.Get<SubscriptionAgent>(SubscriptionService.AgentOf(Workspace, id));
        while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None))
        {
            // Each turn seals one generation.
        }
    }
}
