using System.Text;
using OrleansTemporal.Backups;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Backups;

/// <summary>A restore that is asked for again with its key brings a workspace back once, whatever crashed in between.</summary>
public sealed class RestoreAgainTests : IAsyncLifetime
{
    private const string Shop = "shop";
    private static readonly CallContext Call = CallContext.Local;

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("ot-restore");
    private TemporalDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await TemporalDatabase.OpenAsync(Path.Combine(root.FullName, "data"));
        await database.Workspaces.PutAsync(Call, new WorkspaceInfo { Name = Shop }, default);
        await database.Kv("orders", Shop).PutAsync("a", new { Number = 1 });
        Assert.Equal(OperationStatus.Succeeded, (await EndAsync(await database.Backups.StartBackUpAsync(Call, Shop, "nightly", default))).Status);
        await database.Workspaces.DeleteAsync(Call, Shop, default);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        root.Delete(recursive: true);
    }

    [Fact]
    public async Task a_restore_that_has_ended_is_answered_again_after_a_restart_and_writes_over_nothing()
    {
        var first = await EndAsync(await database.Backups.StartRestoreAsync(Keyed("k"), Shop, "nightly", default));
        Assert.Equal(OperationStatus.Succeeded, first.Status);
        await database.Kv("orders", Shop).PutAsync("b", new { Number = 2 });
        await database.DisposeAsync();
        database = await TemporalDatabase.OpenAsync(Path.Combine(root.FullName, "data"));
        var again = await database.Backups.StartRestoreAsync(Keyed("k"), Shop, "nightly", default);
        Assert.Equal((first.Id, OperationStatus.Succeeded), (again.Id, again.Status));
        Assert.Equal(first.Counts, again.Counts);
        Assert.True(await database.Kv("orders", Shop).ContainsAsync("b"));
        Assert.Null(await database.Operations.GetAsync(Call, WorkspaceService.DefaultName, first.Id, default));
    }

    [Fact]
    public async Task a_restore_whose_end_nobody_wrote_down_is_found_to_have_ended()
    {
        await BeginElsewhereAsync("k", "restore-elsewhere-1");
        var folder = await BackupFolder.OpenAsync(Path.Combine(root.FullName, "backups", "nightly"), default);
        await database.Backups.RestoreAsync(Call, Shop, folder.Objects, "restore-elsewhere-1", null, default);
        folder.Dispose();
        await database.Workspaces.PutAsync(Call, new WorkspaceInfo { Name = Shop, Durability = Causality.Durability.Buffered }, default);
        await database.Kv("orders", Shop).PutAsync("b", new { Number = 2 });
        var ended = await EndAsync(await database.Backups.StartRestoreAsync(Keyed("k"), Shop, "nightly", default));
        Assert.Equal(("restore-elsewhere-1", OperationStatus.Succeeded), (ended.Id, ended.Status));
        Assert.True(await database.Kv("orders", Shop).ContainsAsync("b"));
    }

    [Fact]
    public async Task a_restore_that_was_cut_short_goes_on_and_one_that_meets_another_workspace_fails()
    {
        await BeginElsewhereAsync("k", "restore-elsewhere-1");
        var ended = await EndAsync(await database.Backups.StartRestoreAsync(Keyed("k"), Shop, "nightly", default));
        Assert.Equal(("restore-elsewhere-1", OperationStatus.Succeeded), (ended.Id, ended.Status));
        Assert.True(await database.Kv("orders", Shop).ContainsAsync("a"));

        await BeginElsewhereAsync("other", "restore-elsewhere-2");
        ended = await EndAsync(await database.Backups.StartRestoreAsync(Keyed("other"), Shop, "nightly", default));
        Assert.Equal(("restore-elsewhere-2", OperationStatus.Failed), (ended.Id, ended.Status));
        Assert.Contains("A restore writes over nothing", ended.Fault, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<TemporalException>(() => database.Backups.StartRestoreAsync(Keyed("new"), Shop, "nightly", default).AsTask());
        Assert.Equal(ErrorCodes.WorkspaceExists, refused.Code);
    }

    private static CallContext Keyed(string key) => Call with { IdempotencyKey = key };

    // As a process does that dies before it has run anything.
    private async Task BeginElsewhereAsync(string key, string id)
    {
        var stamp = OperationStamps.Of(Keyed(key), "post", $"restores/{Shop}", Encoding.UTF8.GetBytes("nightly"))!;
        var ledger = database.Directory.Get<ILifecycleAgent>(SystemAgents.LifecycleOf(SystemAgents.SystemWorkspace));
        Assert.True((await ledger.BeginOperationAsync(new OperationOrder { Id = id, Process = "restore", Workspace = Shop, Stamp = stamp }, default)).IsNew);
    }

    private async Task<OperationInfo> EndAsync(OperationInfo started)
    {
        OperationInfo? seen = null;
        await Eventually.HoldsAsync("the operation has ended", async () =>
            (seen = await database.Operations.GetAsync(Call, started.Workspace, started.Id, default))!.Status != OperationStatus.Running);
        return seen!;
    }
}
