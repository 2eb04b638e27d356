using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Workspaces;

public sealed class WorkspaceTests
{
    [Fact]
    public async Task default_is_always_there_and_can_not_be_removed()
    {
        await using var store = await HeldStore.OpenAsync();
        Assert.Equal(["default"], await NamesAsync(store));
        await RefusedAsync(ErrorCodes.WorkspaceProtected, () => DeleteAsync(store, "default"));
        await PutAsync(store, "a");
        await PutAsync(store, "z");
        Assert.Equal(["a", "default", "z"], await NamesAsync(store));
        Assert.Equal(["default", "z"], await NamesAsync(store, after: "a"));
        Assert.Equal(["a", "default"], await NamesAsync(store, limit: 2));
    }

    [Fact]
    public async Task workspaces_keep_apart_what_has_the_same_name()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "a");
        await store.PutAsync("k", "1");
        await store.PutAsync("k", "2", workspace: "a");
        Assert.Equal(("1", "2"), (await store.GetAsync("k"), await store.GetAsync("k", workspace: "a")));
        await RefusedAsync(ErrorCodes.WorkspaceNotFound, () => store.GetAsync("k", workspace: "missing"));
        await RefusedAsync(ErrorCodes.WorkspaceNotFound, () => store.PutAsync("k", "1", workspace: "missing"));
        await RefusedAsync(ErrorCodes.WorkspaceNotFound, () => store.PutAsync("k", "1", workspace: "_system"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_removed_workspace_that_is_made_again_is_empty(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "a");
        await store.PutAsync("k", "1", workspace: "a");
        if (isSealed)
        {
            await TestStore.SealAsync(store.Agent(Namespace, workspace: "a"));
        }

        await DeleteAsync(store, "a");
        await RefusedAsync(ErrorCodes.WorkspaceNotFound, () => store.GetAsync("k", workspace: "a"));
        Assert.DoesNotContain(store.Objects.Objects, static item => item.Path.StartsWith("a/", StringComparison.Ordinal));
        await PutAsync(store, "a");
        for (var round = 0; round < 2; round++)
        {
            Assert.Null(await store.GetAsync("k", workspace: "a"));
            Assert.Empty(await store.Kv.ListNamespacesAsync(CallContext.Local, "a", null, 10, CancellationToken.None));
            await store.ReopenAsync(clean: false);
        }

        Assert.Equal(1, (await store.PutAsync("k", "2", workspace: "a")).Receipt.Sequence);
    }

    [Fact]
    public async Task a_removal_that_a_crash_interrupted_leaves_nothing_to_a_workspace_that_is_made_again()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "a");
        await store.PutAsync("k", "1", workspace: "a");
        await TestStore.SealAsync(store.Agent(Namespace, workspace: "a"));
        await store.PutAsync("k", "2", workspace: "a");

        // The registry knows of the removal; the process dies before anything else is done.
        store.Objects.Faults = static (_, path) => path.StartsWith("a/", StringComparison.Ordinal) ? Storage.Memory.ObjectFault.Before : Storage.Memory.ObjectFault.None;
        store.Logs.IsDropRefused = true;
        await Assert.ThrowsAsync<TemporalException>(() => DeleteAsync(store, "a"));
        store.Objects.Faults = null;
        store.Logs.IsDropRefused = false;
        await store.ReopenAsync(clean: false);

        Assert.Equal(["default"], await NamesAsync(store));
        await PutAsync(store, "a");
        Assert.Null(await store.GetAsync("k", workspace: "a"));
        Assert.Empty(await store.HistoryAsync("k"));
        Assert.Empty(await store.KeysAsync(workspace: "a"));
        Assert.Equal(1, (await store.PutAsync("k", "3", workspace: "a")).Receipt.Sequence);
    }

    [Fact]
    public async Task settings_of_a_workspace_are_the_defaults_of_its_namespaces()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "a", Durability = Durability.Buffered }, CancellationToken.None);
        Assert.Equal(Durability.Buffered, (await store.PutAsync("k", "1", workspace: "a")).Receipt.Durability);
        await store.ReopenAsync(clean: true);
        Assert.Equal(Durability.Buffered, (await store.Database.Workspaces.GetAsync(CallContext.Local, "a", CancellationToken.None)).Durability);
    }

    [Fact]
    public async Task namespaces_are_listed_with_their_counts_and_pages()
    {
        await using var store = await HeldStore.OpenAsync();
        foreach (var ns in new[] { "b", "a", "c" })
        {
            await store.PutAsync("k", "1", ns: ns);
            await store.PutAsync("k", "22", ns: ns);
        }

        await store.ReopenAsync(clean: true);
        var all = await store.Kv.ListNamespacesAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None);
        Assert.Equal(["a 1 2 3", "b 1 2 3", "c 1 2 3"], all.Select(static info => $"{info.Name} {info.LiveKeyCount} {info.VersionCount} {info.ValueBytes}"));
        var rest = await store.Kv.ListNamespacesAsync(CallContext.Local, Workspace, "a", 1, CancellationToken.None);
        Assert.Equal("b", rest.Single().Name);
    }

    [Fact]
    public async Task names_of_the_system_are_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        foreach (var name in new[] { "", "_a", ".a", "a b", "a/b", new string('a', Limits.NameLengthMax + 1) })
        {
            await RefusedAsync(ErrorCodes.InvalidName, () => PutAsync(store, name));
            await RefusedAsync(ErrorCodes.InvalidName, () => store.PutAsync("k", "1", ns: name));
        }

        await store.PutAsync("k", "1", ns: new string('a', Limits.NameLengthMax));
    }

    private static Task PutAsync(TestStore store, string name) =>
        store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = name }, CancellationToken.None).AsTask();

    private static Task DeleteAsync(TestStore store, string name) =>
        store.Database.Workspaces.DeleteAsync(CallContext.Local, name, CancellationToken.None).AsTask();

    private static async Task<string[]> NamesAsync(TestStore store, string? after = null, int limit = 100) =>
        [.. (await store.Database.Workspaces.ListAsync(CallContext.Local, after, limit, CancellationToken.None)).Select(static info => info.Name)];
}
