using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Catalog;

/// <summary>The catalog is the orchestrator's log: agents come and go by pulses.</summary>
public sealed class CatalogTests
{
    [Fact]
    public async Task a_namespace_is_registered_by_a_pulse_before_its_first_delta()
    {
        await using var store = await HeldStore.OpenAsync();
        var write = await store.PutAsync("k", "1");
        await store.PutAsync("k", "2");
        var delta = Assert.Single(await DeltasAsync(store, SystemAgents.CatalogOf(Workspace)));
        Assert.Equal("pulse.registerAgent", delta.Kind.ToString());
        Assert.True(delta.SystemTime < write.Receipt.SystemTime);
    }

    [Fact]
    public async Task a_workspace_that_goes_is_unregistered_by_a_pulse()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "a" }, CancellationToken.None);
        await store.Database.Workspaces.DeleteAsync(CallContext.Local, "a", CancellationToken.None);
        var kinds = (await DeltasAsync(store, SystemAgents.WorkspaceRegistry)).Select(static delta => delta.Kind.ToString());
        Assert.Equal(["pulse.registerAgent", "pulse.unregisterAgent"], kinds);
    }

    private static async Task<List<DeltaRecord>> DeltasAsync(TestStore store, AgentId agent)
    {
        var page = await store.Database.Directory.Get<ICatalogAgent>(agent).ReadDeltasAsync(0, 100, CancellationToken.None);
        return [.. page.Records.Select(static record => DeltaRecord.Read(record))];
    }
}
