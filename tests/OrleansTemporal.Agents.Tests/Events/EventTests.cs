using System.Text;
using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Agents.Tests.Subscriptions;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Events;
using OrleansTemporal.Routing;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Events;

/// <summary>Domain events are what deltas say, in the order of system time.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task each_delta_tells_what_happened_in_the_words_of_the_domain()
    {
        await using var store = await HeldStore.OpenAsync();
        var timelines = store.Database.Timelines;
        await timelines.DefineAsync(CallContext.Local, Workspace, "w", new TimelineDefinition(2, new TimelinePolicy { CheckpointEvery = 2 }), CancellationToken.None);
        var captured = await timelines.WriteAsync(CallContext.Local, Workspace, "w", new TimelineWrite { State = new[] { 3f, 4f } }, CancellationToken.None);
        await timelines.BranchAsync(CallContext.Local, Workspace, "w", new TimelineBranchOrder { Name = "side" }, CancellationToken.None);
        await timelines.WriteAsync(CallContext.Local, Workspace, "w", new TimelineWrite { Branch = "side", Indices = new[] { 1 }, Values = new[] { 1f } }, CancellationToken.None);
        await timelines.MergeAsync(CallContext.Local, Workspace, "w", new TimelineMergeOrder { Source = "side", Into = "main" }, CancellationToken.None);
        await timelines.RollBackAsync(CallContext.Local, Workspace, "w", new TimelineRollbackOrder { Count = 1 }, CancellationToken.None);
        await store.Database.Channels.PutAsync(CallContext.Local, Workspace, ChannelCalls.Name, ChannelCalls.Over(Namespace), CancellationToken.None);
        await store.Database.Routes.PutAsync(CallContext.Local, Workspace, "r", new RouteDefinition { SourcePattern = "kv/*", Channels = [ChannelCalls.Name] }, CancellationToken.None);
        await store.PutAsync("k", "1");
        await store.PutAsync("k", "1", ns: "routed");
        await Eventually.HoldsAsync("both are announced", async () =>
        {
            await store.AnnounceAsync();
            return (await store.ReadAllAsync()).Length == 2;
        });
        var events = await ReadAllAsync(store, 100);
        Assert.Equal(
            ["ChangeDetected", "DeltaExtracted", "DeltaCaptured", "DeltaApplied", "DeltaVersioned", "BranchCreated", "DeltaApplied", "DeltaVersioned", "DeltaMerged", "DeltaVersioned", "BranchMerged"],
            events.Select(static one => one.Type).Where(static type => type != DomainEventTypes.SnapshotCreated).Take(11));
        Assert.Contains(events, static one => one.Type == DomainEventTypes.SnapshotCreated);
        Assert.Contains(events, static one => one.Type == DomainEventTypes.DeltaRolledBack);
        Assert.Equal(events.Select(static one => one.SystemTime.Value).Order(), events.Select(static one => one.SystemTime.Value));
        Assert.Equal($$"""{"checksum":"{{captured.Receipt!.Root}}"}""", TextOf(Of(events, DomainEventTypes.DeltaCaptured)));
        Assert.Contains("\"l2Norm\":5", TextOf(Of(events, DomainEventTypes.DeltaExtracted)), StringComparison.Ordinal);
        Assert.Equal($$"""{"channel":"{{ChannelCalls.Name}}"}""", TextOf(Of(events, DomainEventTypes.ChannelCreated)));
        Assert.Equal($$"""{"channel":"all","first":1,"last":1,"routed":false,"source":"kv/{{Workspace}}/{{Namespace}}/0"}""", TextOf(Of(events, DomainEventTypes.DeltaPublished)));
        Assert.Contains("routed/0", TextOf(Of(events, DomainEventTypes.DeltaRouted)), StringComparison.Ordinal);
        Assert.Equal(["BranchCreated", "BranchMerged"], (await ReadAllAsync(store, 100, "BranchCreated", "BranchMerged")).Select(static one => one.Type));
        var refused = await RefusedAsync(ErrorCodes.InvalidField, () => ReadAllAsync(store, 1, "Nothing"));
        Assert.Equal("type", refused.Field);
    }

    [Fact]
    public async Task what_a_subscriber_gets_says_and_is_refused_is_told()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync();
        await store.PutAsync("k", "1");
        store.Time.Advance(TimeSpan.FromMilliseconds(250));
        await store.TellAsync();
        var id = await store.SubscribeAsync();
        var first = await store.PullAsync(id);
        await store.AcknowledgeAsync(id, first.Next);
        await store.BatchedAsync(Limits.SubscriptionPendingMax);
        while ((await store.LookAsync(id)).State.Pending < Limits.SubscriptionPendingMax)
        {
            await store.PullAsync(id, max: 5_000);
        }

        for (var i = 0; i < 2; i++)
        {
            await RefusedAsync(ErrorCodes.SubscriptionBackpressured, () => store.PullAsync(id).AsTask());
        }

        await store.Database.Subscriptions.DeleteAsync(CallContext.Local, Workspace, id, CancellationToken.None);
        await store.ReopenAsync(clean: false);
        var events = await ReadAllAsync(store, 100, "SubscriptionChanged", "DeltaDelivered", "DeltaAcknowledged", "SubscriberBackpressured");
        Assert.Equal($$"""{"added":["{{ChannelCalls.Name}}"],"removed":[],"subscription":"{{id}}"}""", TextOf(events[0]));
        Assert.Equal($$"""{"count":1,"cursor":"{{first.Next}}","latencyMs":250,"subscription":"{{id}}"}""", TextOf(events[1]));
        Assert.Equal((DomainEventTypes.DeltaAcknowledged, $$"""{"cursor":"{{first.Next}}","subscription":"{{id}}"}"""), (events[2].Type, TextOf(events[2])));
        Assert.Equal($$"""{"pending":{{Limits.SubscriptionPendingMax}},"subscription":"{{id}}"}""", TextOf(Assert.Single(events, static one => one.Type == DomainEventTypes.SubscriberBackpressured)));
        Assert.Equal((DomainEventTypes.SubscriptionChanged, $$"""{"added":[],"removed":["{{ChannelCalls.Name}}"],"subscription":"{{id}}"}"""), (events[^1].Type, TextOf(events[^1])));
    }

    [Fact]
    public async Task a_subscriber_says_which_state_it_has_come_to()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 400 });
        await store.PutChannelAsync();
        await store.WriteAsync(3);
        var id = await store.SubscribeAsync();
        var batch = await store.PullAsync(id);
        var (one, two, late) = (HashOf(1), HashOf(2), HashOf(3));
        Assert.Equal(one, (await AcknowledgeAsync(batch.Cursors[0], one)).StateHash);
        Assert.Equal(two, (await AcknowledgeAsync(batch.Cursors[2], two)).StateHash);

        // What comes late says of an earlier state; what comes again, of none that is new; without a hash the last one stays.
        Assert.Equal(two, (await AcknowledgeAsync(batch.Cursors[1], late)).StateHash);
        Assert.Equal(two, (await AcknowledgeAsync(batch.Cursors[2], two)).StateHash);
        Assert.Equal(two, (await AcknowledgeAsync(batch.Cursors[2], null)).StateHash);
        Assert.Equal(one, (await AcknowledgeAsync(batch.Cursors[2], one)).StateHash);
        await store.MaintainAsync();
        await store.ReopenAsync(clean: false);
        Assert.Equal(one, (await store.LookAsync(id)).State.StateHash);
        Assert.Equal(
            [$$"""{"cursor":"{{batch.Cursors[0]}}","stateHash":"{{one}}","subscription":"{{id}}"}""", $$"""{"cursor":"{{batch.Cursors[2]}}","stateHash":"{{two}}","subscription":"{{id}}"}""", $$"""{"cursor":"{{batch.Cursors[2]}}","stateHash":"{{one}}","subscription":"{{id}}"}"""],
            (await ReadAllAsync(store, 100, "DeltaAcknowledged")).Select(TextOf));

        async Task<SubscriptionState> AcknowledgeAsync(ChannelCursor cursor, Distinction? hash) =>
            await store.Database.Subscriptions.AcknowledgeAsync(CallContext.Local, Workspace, id, cursor, hash, CancellationToken.None);
        static Distinction HashOf(byte seed) => Distinction.FromBytes(System.Security.Cryptography.SHA256.HashData([seed]));
    }

    // Goal: each row of refusals is told once, by a state and by housekeeping alike, and a crash in between tells none twice.
    [Fact]
    public async Task an_observer_that_is_refused_says_so_once_until_it_records_again()
    {
        await using var store = await HeldStore.OpenAsync();
        var timelines = store.Database.Timelines;
        await timelines.DefineAsync(CallContext.Local, Workspace, "w", new TimelineDefinition(2, new TimelinePolicy { MaxMagnitude = 10 }), CancellationToken.None);
        await timelines.DefineObserverAsync(CallContext.Local, Workspace, "w", "o", new ObserverPolicy { MinInterval = TimeSpan.FromSeconds(1) }, CancellationToken.None);
        await RefusedAsync(ErrorCodes.MagnitudeExceeded, () => ShowAsync(100));
        await RefusedAsync(ErrorCodes.MagnitudeExceeded, () => ShowAsync(100));
        await RefusedAsync(ErrorCodes.DimensionMismatch, () => ShowAsync(1, 2, 3));
        await store.ReopenAsync(clean: false);
        await RefusedAsync(ErrorCodes.MagnitudeExceeded, () => ShowAsync(100));
        var info = await store.Database.Timelines.GetObserverAsync(CallContext.Local, Workspace, "w", "o", CancellationToken.None);
        Assert.Equal(ObserverStatus.Error, info.Status);
        await ShowAsync(1, 0);
        Assert.Equal(ObserverOutcome.Pending, (await ShowAsync(100, 0)).Outcome);
        store.Time.Advance(TimeSpan.FromSeconds(2));
        await store.MaintainAsync();
        var told = await ReadAllAsync(store, 100, "ObserverError");
        Assert.Equal(2, told.Count);
        Assert.All(told, static one => Assert.Contains("\"observer\":\"o\"", TextOf(one), StringComparison.Ordinal));
        Assert.All(told, static one => Assert.Contains($"\"type\":\"{ErrorCodes.MagnitudeExceeded}\"", TextOf(one), StringComparison.Ordinal));
        Assert.Empty(await ReadAllAsync(store, 100, "ObserverPaused"));
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static agent => Assert.Null(agent.Fault));

        async Task<ObserverResult> ShowAsync(params float[] state) =>
            await store.Database.Timelines.ObserveAsync(CallContext.Local, Workspace, "w", new ObserverCapture { Name = "o", State = state.Length == 1 ? new[] { state[0], 0f } : state }, CancellationToken.None);
    }

    // Goal: by counting, a page of few events over many agents reads few deltas of each.
    [Fact]
    public async Task a_short_page_over_many_agents_reads_one_delta_of_each_and_more_only_of_whom_it_tells()
    {
        await using var store = await HeldStore.OpenAsync();
        const int timelines = 20;
        for (var i = 0; i < timelines; i++)
        {
            await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, $"t{i}", new TimelineDefinition(2, new TimelinePolicy()), CancellationToken.None);
            for (var step = 0; step < 40; step++)
            {
                await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, $"t{i}", new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 1f }, IsAdditive = true }, CancellationToken.None);
            }
        }

        var page = await store.Database.Events.ReadAsync(CallContext.Local, Workspace, ["DeltaApplied"], default, 10, CancellationToken.None);
        Assert.Equal(10, page.Events.Length);
        Assert.InRange(store.Database.Events.DeltasRead, timelines, (2 * timelines) + 32);
        var all = await ReadAllAsync(store, 1_000, "DeltaApplied");
        Assert.Equal(timelines * 40, all.Count);
        Assert.InRange(store.Database.Events.DeltasRead, timelines * 41, (timelines * 42) + 32 + (2 * timelines));
    }

    [Fact]
    public async Task an_observer_that_is_paused_says_why()
    {
        await using var store = await HeldStore.OpenAsync();
        var timelines = store.Database.Timelines;
        await timelines.DefineAsync(CallContext.Local, Workspace, "w", new TimelineDefinition(2, new TimelinePolicy()), CancellationToken.None);
        await timelines.DefineObserverAsync(CallContext.Local, Workspace, "w", "o", new ObserverPolicy(), CancellationToken.None);
        await timelines.ControlObserverAsync(CallContext.Local, Workspace, "w", new ObserverOrder { Name = "o", Action = ObserverAction.Pause, Reason = "too loud" }, CancellationToken.None);
        await timelines.ControlObserverAsync(CallContext.Local, Workspace, "w", new ObserverOrder { Name = "o", Action = ObserverAction.Resume }, CancellationToken.None);
        Assert.Equal("""{"observer":"o","reason":"too loud","status":"paused"}""", TextOf(Assert.Single(await ReadAllAsync(store, 100, "ObserverPaused"))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task pages_of_any_size_and_readers_that_come_back_see_every_event_once(int seed)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_096 });
        for (var i = 0; i < 3; i++)
        {
            await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, $"t{i}", new TimelineDefinition(2, new TimelinePolicy()), CancellationToken.None);
        }

        var cursor = default(DomainEventCursor);
        var followed = new List<DomainEvent>();
        for (var step = 0; step < 200; step++)
        {
            var name = $"t{random.Next(3)}";
            await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, name, new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 1f }, IsAdditive = true }, CancellationToken.None);
            if (random.Next(5) == 0)
            {
                var page = await store.Database.Events.ReadAsync(CallContext.Local, Workspace, [], cursor, 1 + random.Next(20), CancellationToken.None);
                followed.AddRange(page.Events);
                Assert.True(DomainEventCursor.TryParse(page.Next.ToString(), out cursor));
            }

            if (random.Next(40) == 0)
            {
                await store.MaintainAsync();
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }
        }

        var rest = await ReadAllAsync(store, 7, cursor);
        var all = (await ReadAllAsync(store, 1_000)).Select(KeyOf).ToList();
        Assert.Equal(400, all.Count);
        Assert.Equal(all, followed.Concat(rest).Select(KeyOf));
        Assert.Equal(all, (await ReadAllAsync(store, 1)).Select(KeyOf));
    }

    // Goal: where two processes have issued the same times, the agent says which event is first: an order that holds for every
    // reader, whatever the pages, and misses and doubles nothing.
    [Fact]
    public async Task events_of_one_system_time_are_in_the_order_of_their_agents()
    {
        await using var store = await HeldStore.OpenAsync();
        foreach (var name in new[] { "a", "b" })
        {
            await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, name, new TimelineDefinition(2, new TimelinePolicy()), CancellationToken.None);
        }

        var other = new InProcessDirectory(store.Services with { Clock = new HybridClock(store.Time, store.Services.Clock.Last) });
        var both = new SplitDirectory(store.Database.Directory, other, "b");
        var access = new AccessGate(new AllowLocalAuthorizer(), new UnlimitedQuota(), store.Services.Clock);
        await store.Database.Directory.Get<TimelineAgent>(new AgentId(Workspace, AgentKind.Timelines, "b", 0)).DisposeAsync();
        var timelines = new TimelineService(both, access, store.Database.Workspaces);
        foreach (var name in new[] { "b", "a" })
        {
            for (var i = 0; i < 20; i++)
            {
                await timelines.WriteAsync(CallContext.Local, Workspace, name, new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 1f }, IsAdditive = true }, CancellationToken.None);
            }
        }

        var events = new EventService(both, access, store.Database.Workspaces, store.Database.Agents);
        async Task<List<DomainEvent>> ReadAsync(int limit)
        {
            var all = new List<DomainEvent>();
            for (var (cursor, hasMore) = (default(DomainEventCursor), true); hasMore;)
            {
                var page = await events.ReadAsync(CallContext.Local, Workspace, [DomainEventTypes.DeltaApplied], cursor, limit, CancellationToken.None);
                all.AddRange(page.Events);
                Assert.True(DomainEventCursor.TryParse(page.Next.ToString(), out cursor));
                hasMore = page.HasMore;
            }

            return all;
        }

        var whole = await ReadAsync(1_000);
        Assert.Equal(40, whole.Count);
        Assert.Contains(whole.GroupBy(static one => one.SystemTime), static times => times.Select(static one => one.Agent).Distinct().Count() == 2);
        Assert.Equal(whole.OrderBy(static one => one.SystemTime.Value).ThenBy(static one => one.Agent.ToString(), StringComparer.Ordinal).Select(KeyOf), whole.Select(KeyOf));
        foreach (var limit in new[] { 1, 2, 3, 7 })
        {
            Assert.Equal(whole.Select(KeyOf), (await ReadAsync(limit)).Select(KeyOf));
        }
    }

    [Fact]
    public async Task a_page_looks_at_so_many_deltas_and_no_more()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, "t", new TimelineDefinition(1, new TimelinePolicy()), CancellationToken.None);
        for (var i = 0; i < Limits.EventsScannedPerPageMax; i++)
        {
            await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, "t", new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 1f }, IsAdditive = true }, CancellationToken.None);
        }

        var page = await store.Database.Events.ReadAsync(CallContext.Local, Workspace, ["BranchCreated"], default, 10, CancellationToken.None);
        Assert.Equal((0, true), (page.Events.Length, page.HasMore));
        Assert.Empty((await store.Database.Events.ReadAsync(CallContext.Local, Workspace, ["BranchCreated"], page.Next, 10, CancellationToken.None)).Events);
    }

    private static string KeyOf(DomainEvent one) => $"{one.Agent}@{one.Sequence} {one.Type}";

    private static DomainEvent Of(List<DomainEvent> events, string type) => events.First(one => one.Type == type);

    private static string TextOf(DomainEvent one) => Encoding.UTF8.GetString(one.Data.Span);

    private static Task<List<DomainEvent>> ReadAllAsync(TestStore store, int limit, params string[] types) => ReadAllAsync(store, limit, default, types);

    private static async Task<List<DomainEvent>> ReadAllAsync(TestStore store, int limit, DomainEventCursor from, params string[] types)
    {
        var all = new List<DomainEvent>();
        for (var cursor = from; ;)
        {
            var page = await store.Database.Events.ReadAsync(CallContext.Local, Workspace, [.. types], cursor, limit, CancellationToken.None);
            all.AddRange(page.Events);
            cursor = page.Next;
            if (!page.HasMore)
            {
                return all;
            }
        }
    }
}
