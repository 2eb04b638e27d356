using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Grains.Tests.Kv;

/// <summary>What one process does is seen by facades of another.</summary>
public sealed class SeenElsewhereTests(TestSilo silo) : IClassFixture<TestSilo>
{
    [Fact]
    public async Task a_client_whose_clock_is_behind_lists_what_it_has_written()
    {
        var slow = await TestSilo.StartAsync(new ManualTime(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1)));
        try
        {
            var kv = slow.Client.KvService;
            for (var i = 0; i < 5; i++)
            {
                var written = await kv.PutAsync("seen", $"k{i}", "1");
                Assert.True(slow.Client.SystemTime >= written.Receipt.SystemTime);

                // A list over partitions is as of a moment that this process chooses.
                Assert.Equal(i + 1, (await kv.KeysAsync("seen")).Length);
            }
        }
        finally
        {
            await slow.DisposeAsync();
        }
    }

    [Fact]
    public async Task settings_changed_outside_are_soon_in_force_inside()
    {
        await silo.Database.KvService.PutAsync("ttl", "a", "1");
        await silo.Client.KvService.PutSettingsAsync(CallContext.Local, KvCalls.Workspace, "ttl", new KvSettings { TimeToLive = TimeSpan.FromHours(1) }, CancellationToken.None);
        await Eventually.HoldsAsync("values written inside get the time to live", async () =>
            (await silo.Database.KvService.PutAsync("ttl", "a", "1")).Outcomes[0].ExpiresAt is not null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_workspace_removed_elsewhere_takes_no_write_and_comes_back_empty(bool outside)
    {
        var workspace = outside ? "gone-outside" : "gone-inside";
        var (here, there) = (silo.Workspaces(outside), silo.Kv(!outside));
        await here.PutAsync(CallContext.Local, new WorkspaceInfo { Name = workspace }, CancellationToken.None);
        await there.PutAsync("n", "a", "1", workspace: workspace);
        Assert.Equal("1", await there.GetAsync("n", "a", workspace: workspace));

        await here.DeleteAsync(CallContext.Local, workspace, CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => there.PutAsync("n", "a", "2", workspace: workspace));
        Assert.Equal(ErrorCodes.WorkspaceNotFound, refusal.Code);

        await here.PutAsync(CallContext.Local, new WorkspaceInfo { Name = workspace }, CancellationToken.None);
        Assert.Null(await there.GetAsync("n", "a", workspace: workspace));
        var again = await there.PutAsync("n", "a", "3", workspace: workspace);
        Assert.Equal(1, again.Receipt.Sequence);
        Assert.Equal(0, (await silo.Agent<IStorageAgent>(new AgentId(workspace, AgentKind.Kv, "other", 0)).GetStatusAsync(CancellationToken.None)).Sequence);
    }
}
