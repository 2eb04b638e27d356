using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Grains.Tests.Kv;
using OrleansTemporal.Operations;
using OrleansTemporal.Testing;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Grains.Tests.Backups;

/// <summary>Backups as a client outside of the silos asks for them.</summary>
public sealed class BackupsOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    private static readonly CallContext Call = CallContext.Local;

    [Fact]
    public async Task a_client_has_a_workspace_backed_up_and_brought_back()
    {
        var client = silo.Client;
        await client.Workspaces.PutAsync(Call, new WorkspaceInfo { Name = "team" }, default);
        await client.KvService.PutAsync("n", "k", "1", workspace: "team");
        await SucceedAsync(await client.Backups.StartBackUpAsync(Call, "team", "nightly", default));
        var held = await client.Backups.DescribeAsync(Call, "team", "nightly", default);
        Assert.Equal(2, held.DeltaCount);
        await client.Workspaces.DeleteAsync(Call, "team", default);
        Assert.Equal(ErrorCodes.WorkspaceNotFound, (await Assert.ThrowsAsync<TemporalException>(() => client.KvService.GetAsync("n", "k", workspace: "team"))).Code);
        await SucceedAsync(await client.Backups.StartRestoreAsync(Call, "team", "nightly", default));
        await Eventually.HoldsAsync("the workspace is seen again", async () => await ExistsAsync("team"));
        Assert.Equal("1", await client.KvService.GetAsync("n", "k", workspace: "team"));
        Assert.Equal(held.Agents.Select(static agent => agent.Root), (await client.Agents.ListAsync(Call, "team", null, default)).OrderBy(agent => held.Agents.ToList().FindIndex(saved => saved.Agent == agent.Agent)).Select(static agent => agent.Root));
    }

    [Fact]
    public async Task refusals_come_to_the_client_as_the_silo_gives_them()
    {
        var backups = silo.Client.Backups;
        await Assert.ThrowsAsync<TemporalException>(() => backups.StartBackUpAsync(Call, "../x", "b", default).AsTask());
        Assert.Equal(ErrorCodes.WorkspaceNotFound, (await Assert.ThrowsAsync<TemporalException>(() => backups.StartBackUpAsync(Call, "absent", "b", default).AsTask())).Code);
        Assert.Equal(ErrorCodes.BackupNotFound, (await Assert.ThrowsAsync<TemporalException>(() => backups.DescribeAsync(Call, "default", "absent", default).AsTask())).Code);
        Assert.Equal(ErrorCodes.WorkspaceExists, (await Assert.ThrowsAsync<TemporalException>(() => backups.StartRestoreAsync(Call, "default", "absent", default).AsTask())).Code);
    }

    [Fact]
    public async Task whoever_may_not_is_refused_in_the_process_that_calls()
    {
        var stranger = new CallContext { Principal = new Principal("eve", false) };
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => silo.Client.Backups.StartBackUpAsync(stranger, "default", "b", default).AsTask());
        Assert.Equal(ErrorKind.Forbidden, refusal.Kind);
    }

    private async Task<bool> ExistsAsync(string workspace)
    {
        try
        {
            await silo.Client.Workspaces.GetAsync(Call, workspace, default);
            return true;
        }
        catch (TemporalException missing) when (missing.Code == ErrorCodes.WorkspaceNotFound)
        {
            return false;
        }
    }

    private async Task SucceedAsync(OperationInfo begun)
    {
        OperationInfo? now = null;
        await Eventually.HoldsAsync($"{begun.Process} has ended", async () =>
            (now = await silo.Client.Operations.GetAsync(Call, begun.Workspace, begun.Id, default)) is { Status: not OperationStatus.Running });
        Assert.True(now!.Status == OperationStatus.Succeeded, now.Fault);
    }
}
