using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Routing;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Routing;

/// <summary>Routes lead deltas to channels from when they are made until they are removed.</summary>
public sealed class RoutingTests
{
    [Fact]
    public async Task a_route_leads_what_comes_while_it_is_there_and_a_restart_changes_nothing()
    {
        await using var store = await OpenAsync();
        await store.PutAsync("k", "1");
        await PutAsync(store, "r", Route("kv/n"));
        await store.PutAsync("k", "2");
        await store.PutAsync("k", "0", ns: "other");
        await store.Database.Routes.DeleteAsync(CallContext.Local, Workspace, "r", CancellationToken.None);
        await store.PutAsync("k", "3");
        await PutAsync(store, "r", Route("kv/n"));
        await store.PutAsync("k", "4");

        // Killed before anything was announced, so the next process finds out what was in force then.
        await store.ReopenAsync(clean: false);
        await EventuallyAsync(store, 2);
        Assert.Equal([2L, 4], (await store.ReadAllAsync()).Select(static delta => delta.Sequence));
        await store.ReopenAsync(clean: true);
        Assert.Equal([2L, 4], (await store.ReadAllAsync(1)).Select(static delta => delta.Sequence));
    }

    [Fact]
    public async Task sources_that_a_channel_names_itself_are_carried_whole_beside_its_routes()
    {
        await using var store = await OpenAsync("own");
        await store.PutAsync("k", "1", ns: "own");
        await PutAsync(store, "r", Route("kv/*") with { MinMagnitude = 5 });
        await store.PutAsync("k", "2", ns: "own");
        await store.PutAsync("k", "4");
        await store.PutAsync("k", "-6");
        await EventuallyAsync(store, 3);
        Assert.Equal(["own@1", "own@2", "n@2"], (await store.ReadAllAsync()).OrderByDescending(static delta => delta.Agent.Name).Select(static delta => $"{delta.Agent.Name}@{delta.Sequence}"));

        // From here on both are carried whole; what was chosen from stays chosen.
        await store.PutChannelAsync("own", Namespace);
        await store.PutAsync("k", "1");
        await EventuallyAsync(store, 4);
        Assert.Equal([2L, 3], (await store.ReadAllAsync()).Where(static delta => delta.Agent.Name == Namespace).Select(static delta => delta.Sequence));
    }

    [Fact]
    public async Task the_most_urgent_source_is_announced_first()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "slow", Route("kv/a") with { Priority = RoutingPriority.Low });
        await PutAsync(store, "usual", Route("kv/b"));
        await PutAsync(store, "fast", Route("kv/c") with { Priority = RoutingPriority.Critical });
        foreach (var ns in new[] { "a", "a", "b", "c", "a", "c" })
        {
            await store.PutAsync("k", "1", ns: ns);
        }

        await EventuallyAsync(store, 6);
        var deltas = await store.ReadAllAsync();
        Assert.Equal(["c@1", "c@2", "b@1", "a@1", "a@2", "a@3"], deltas.Select(static delta => $"{delta.Agent.Name}@{delta.Sequence}"));
        Assert.Equal([RoutingPriority.Critical, RoutingPriority.Normal, RoutingPriority.Low], deltas.Select(static delta => delta.Priority).Distinct());
    }

    [Fact]
    public async Task a_delta_whose_time_is_over_is_delivered_as_a_marker()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "r", Route("kv/*") with { TimeToLive = TimeSpan.FromMinutes(5) });
        var written = await store.PutAsync("k", "1");
        await EventuallyAsync(store, 1);
        var fresh = Assert.Single(await store.ReadAllAsync());
        Assert.False(fresh.IsExpired);
        Assert.NotNull(fresh.Payload);
        store.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(Assert.Single(await store.ReadAllAsync()).IsExpired);
        store.Time.Advance(TimeSpan.FromMinutes(2));
        var late = Assert.Single(await store.ReadAllAsync());
        Assert.Equal((true, true, true, written.Receipt.Root), (late.IsExpired, late.Payload is null, late.Changes.IsEmpty, late.Root));
    }

    [Fact]
    public async Task a_pattern_of_everything_leads_facets_and_nothing_of_the_systems_own()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "r", Route("*"));
        await store.PutAsync("k", "1");
        await store.AnnounceAsync();
        await EventuallyAsync(store, 1);
        var announced = await store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent).GetAnnouncedAsync(CancellationToken.None);
        Assert.Equal(AgentKind.Kv, Assert.Single(announced).Agent.Kind);
    }

    [Fact]
    public async Task routes_are_listed_read_as_of_a_moment_and_recognised_when_they_come_again()
    {
        await using var store = await OpenAsync();
        var call = Idempotent("once");
        var first = await store.Database.Routes.PutAsync(call, Workspace, "r", Route("kv/a"), CancellationToken.None);
        var again = await store.Database.Routes.PutAsync(call, Workspace, "r", Route("kv/a"), CancellationToken.None);
        Assert.Equal(first.Receipt!.Sequence, again.Receipt!.Sequence);
        await PutAsync(store, "r", Route("kv/b"));
        await PutAsync(store, "a", Route("kv/c"));
        Assert.Equal(["a", "r"], (await store.Database.Routes.ListAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)).Select(static route => route.Name));
        Assert.Equal("r", Assert.Single(await store.Database.Routes.ListAsync(CallContext.Local, Workspace, "a", 10, CancellationToken.None)).Name);
        Assert.Equal("kv/b", (await store.Database.Routes.GetAsync(CallContext.Local, Workspace, "r", AsOf.Latest, CancellationToken.None)).Definition.SourcePattern);
        Assert.Equal("kv/a", (await store.Database.Routes.GetAsync(CallContext.Local, Workspace, "r", AsOf.At(first.Receipt.SystemTime), CancellationToken.None)).Definition.SourcePattern);
    }

    [Fact]
    public async Task what_can_not_be_a_route_is_refused_in_words()
    {
        await using var store = await OpenAsync();
        await RefusedAsync(ErrorCodes.ChannelNotFound, () => PutAsync(store, "r", Route("*") with { Channels = [ChannelCalls.Name, "nowhere"] }));
        await RefusedAsync(ErrorCodes.InvalidPattern, () => PutAsync(store, "r", Route("a b")));
        await RefusedAsync(ErrorCodes.InvalidName, () => PutAsync(store, "_r", Route("*")));
        await RefusedAsync(ErrorCodes.DeltaRouteNotFound, async () => await store.Database.Routes.GetAsync(CallContext.Local, Workspace, "r", AsOf.Latest, CancellationToken.None));
        await RefusedAsync(ErrorCodes.DeltaRouteNotFound, async () => await store.Database.Routes.DeleteAsync(CallContext.Local, Workspace, "r", CancellationToken.None));
        await RefusedAsync(ErrorCodes.WorkspaceNotFound, async () => await store.Database.Routes.ListAsync(CallContext.Local, "nowhere", null, 10, CancellationToken.None));
    }

    [Fact]
    public async Task a_workspace_has_room_for_so_many_routes_and_no_more()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < Limits.RoutesMax; i++)
        {
            await PutAsync(store, $"r{i}", Route($"kv/n{i}"));
        }

        await RefusedAsync(ErrorCodes.TooManyRoutes, () => PutAsync(store, "more", Route("*")));
        await PutAsync(store, "r7", Route("*"));
    }

    [Fact]
    public async Task a_workspace_that_is_made_again_has_routes_of_its_own()
    {
        await using var store = await OpenAsync();
        for (var life = 0; life < 2; life++)
        {
            await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "w" }, CancellationToken.None);
            await store.Database.Channels.PutAsync(CallContext.Local, "w", "c", new ChannelSettings { Sources = [] }, CancellationToken.None);
            await store.Database.Routes.PutAsync(CallContext.Local, "w", "r", new RouteDefinition { SourcePattern = life == 0 ? "kv/a" : "kv/b", Channels = ["c"] }, CancellationToken.None);
            await store.PutAsync("k", "1", ns: "a", workspace: "w");
            await store.PutAsync("k", "1", ns: "b", workspace: "w");
            await Eventually.HoldsAsync("it is announced", async () =>
            {
                await store.AnnounceAsync();
                return (await store.Database.Channels.ReadAsync(CallContext.Local, "w", "c", default, 10, CancellationToken.None)).Deltas.Length == 1;
            });
            Assert.Equal(life == 0 ? "a" : "b", (await store.Database.Channels.ReadAsync(CallContext.Local, "w", "c", default, 10, CancellationToken.None)).Deltas[0].Agent.Name);
            await store.Database.Workspaces.DeleteAsync(CallContext.Local, "w", CancellationToken.None);
        }
    }

    private static async Task<HeldStore> OpenAsync(params string[] namespaces)
    {
        var store = await HeldStore.OpenAsync();
        await store.Database.Channels.PutAsync(
            CallContext.Local,
            Workspace,
            ChannelCalls.Name,
            new ChannelSettings { Sources = [.. namespaces.Select(static name => new ChannelSource { Kind = AgentKind.Kv, Name = name })] },
            CancellationToken.None);
        return store;
    }

    private static RouteDefinition Route(string pattern) => new() { SourcePattern = pattern, Channels = [ChannelCalls.Name] };

    private static Task PutAsync(TestStore store, string name, RouteDefinition route) =>
        store.Database.Routes.PutAsync(CallContext.Local, Workspace, name, route, CancellationToken.None).AsTask();

    private static Task EventuallyAsync(TestStore store, int count) => Eventually.HoldsAsync($"{count} deltas are announced", async () =>
    {
        await store.AnnounceAsync();
        return (await store.ReadAllAsync()).Length >= count;
    });
}
