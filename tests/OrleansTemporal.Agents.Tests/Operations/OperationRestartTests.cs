using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Agents.Tests.Operations;

/// <summary>An operation that was asked for with a key is the same one through a crash, and goes on when it was cut short.</summary>
public sealed class OperationRestartTests
{
    private const string Workspace = KvTestCalls.Workspace;

    [Fact]
    public async Task an_operation_that_has_ended_is_answered_again_after_a_crash()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        var first = await EndAsync(store, await StartAsync(store, Keyed("a")));
        Assert.Equal(OperationStatus.Succeeded, first.Status);
        await store.ReopenAsync(clean: false);
        Assert.Equal(first.Counts, (await store.Database.Operations.GetAsync(CallContext.Local, Workspace, first.Id, default))!.Counts);
        var again = await StartAsync(store, Keyed("a"));
        Assert.Equal((first.Id, OperationStatus.Succeeded), (again.Id, again.Status));
        Assert.Equal(first.Counts, again.Counts);
        Assert.NotEqual(first.Id, (await StartAsync(store, Keyed("b"))).Id);
    }

    [Fact]
    public async Task an_operation_that_was_cut_short_goes_on_under_its_id()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        var call = Keyed("cut");
        var begun = await BeginElsewhereAsync(store, call);
        await store.ReopenAsync(clean: false);
        var seen = await store.Database.Operations.GetAsync(CallContext.Local, Workspace, begun.Id, default);
        Assert.Equal(OperationStatus.Failed, seen!.Status);
        Assert.Contains("Idempotency-Key", seen.Fault, StringComparison.Ordinal);

        // Of many who ask at once, one has it go on.
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync(store, call)));
        Assert.All(all, one => Assert.Equal(begun.Id, one.Id));
        var ended = await EndAsync(store, all[0]);
        Assert.Equal(OperationStatus.Succeeded, ended.Status);
        var lifecycle = await store.Database.Directory.Get<ILifecycleAgent>(SystemAgents.LifecycleOf(Workspace)).GetStatusAsync(default);

        // Began, went on, ended.
        Assert.Equal(3, lifecycle.Sequence);
        await store.ReopenAsync(clean: false);
        Assert.Equal(OperationStatus.Succeeded, (await StartAsync(store, call)).Status);
    }

    [Fact]
    public async Task only_one_of_two_processes_takes_an_operation_over()
    {
        await using var store = await HeldStore.OpenAsync();
        var call = Keyed("taken");
        var begun = await BeginElsewhereAsync(store, call);
        var agent = store.Database.Directory.Get<ILifecycleAgent>(SystemAgents.LifecycleOf(Workspace));
        var order = new OperationOrder { Id = begun.Id, Process = "verify", Workspace = Workspace, Stamp = StampOf(call), TakesOver = begun.Sequence };
        var (one, two) = (await agent.BeginOperationAsync(order, default), await agent.BeginOperationAsync(order, default));
        Assert.Equal((true, false), (one.IsNew, two.IsNew));
        Assert.Equal(one.Sequence, two.Sequence);
        await agent.EndOperationAsync(begun.Id, """{"succeeded":true,"counts":{}}"""u8.ToArray(), default);
        await agent.EndOperationAsync(begun.Id, """{"succeeded":false,"counts":{}}"""u8.ToArray(), default);
        Assert.False((await agent.BeginOperationAsync(order with { TakesOver = two.Sequence }, default)).IsNew);
        Assert.Contains("true", System.Text.Encoding.UTF8.GetString((await agent.FindOperationAsync(begun.Id, default))!.Outcome.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_key_that_comes_with_another_request_is_refused_after_a_crash_too()
    {
        await using var store = await HeldStore.OpenAsync();
        var call = Keyed("body");
        var first = await store.Database.Lifecycle.StartAsync(call, Workspace, LifecycleProcess.Genome, isDryRun: true, default);
        await EndAsync(store, first);
        await store.ReopenAsync(clean: false);
        var refused = await Assert.ThrowsAsync<TemporalException>(() => store.Database.Lifecycle.StartAsync(call, Workspace, LifecycleProcess.Genome, isDryRun: false, default).AsTask());
        Assert.Equal(ErrorCodes.IdempotencyKeyReused, refused.Code);
        Assert.Equal(first.Id, (await store.Database.Lifecycle.StartAsync(call, Workspace, LifecycleProcess.Genome, isDryRun: true, default)).Id);
    }

    [Fact]
    public async Task a_key_is_forgotten_after_a_day()
    {
        await using var store = await HeldStore.OpenAsync();
        var first = await EndAsync(store, await StartAsync(store, Keyed("old")));
        store.Time.Advance(TimeSpan.FromHours(25));
        Assert.NotEqual(first.Id, (await StartAsync(store, Keyed("old"))).Id);
    }

    [Fact]
    public async Task a_data_key_is_made_once_whatever_crashes()
    {
        await using var store = await HeldStore.OpenAsync();
        var (scope, call) = (DataKeyScope.OfWorkspace(Workspace), Keyed("rotate"));
        var made = await store.Database.KvService.RotateDataKeyAsync(call, scope, default);
        Assert.Equal(made, await store.Database.KvService.RotateDataKeyAsync(call, scope, default));
        await store.ReopenAsync(clean: false);
        Assert.Equal(made, await store.Database.KvService.RotateDataKeyAsync(call, scope, default));
        Assert.Equal(made.Id, Assert.Single(await store.Database.KvService.ListDataKeysAsync(CallContext.Local, Workspace, default)).Id);
        var other = await Assert.ThrowsAsync<TemporalException>(() => store.Database.KvService.RotateDataKeyAsync(call, DataKeyScope.Of(Workspace, "n", null), default).AsTask());
        Assert.Equal(ErrorCodes.IdempotencyKeyReused, other.Code);

        // The name is written down and the process dies: the next one makes the key of that name.
        var cut = Keyed("cut");
        var ledger = store.Database.Directory.Get<ILifecycleAgent>(SystemAgents.LifecycleOf(Workspace));
        var stamp = OperationStamps.Of(cut, "post", $"data-keys/{Workspace}", System.Text.Encoding.UTF8.GetBytes(scope.ToString()))!;
        var name = new string('a', DataKeyId.TextLength);
        await ledger.BeginOperationAsync(new OperationOrder { Id = name, Process = OperationLedgers.DataKeyProcess, Workspace = Workspace, Stamp = stamp }, default);
        await store.ReopenAsync(clean: false);
        Assert.Equal(name, (await store.Database.KvService.RotateDataKeyAsync(cut, scope, default)).Id.ToString());
        Assert.Null(await store.Database.Operations.GetAsync(CallContext.Local, Workspace, name, default));
    }

    private static CallContext Keyed(string key) => CallContext.Local with { IdempotencyKey = key };

    private static Task<OperationInfo> StartAsync(TestStore store, CallContext call) => store.Database.Agents.StartVerifyAsync(call, Workspace, default).AsTask();

    private static Causality.OperationStamp StampOf(CallContext call) => OperationStamps.Of(call, "post", $"verify/{Workspace}", [])!;

    // As a process does that dies before it has run anything.
    private static async Task<OperationRecord> BeginElsewhereAsync(TestStore store, CallContext call)
    {
        var ledger = await OperationLedgers.EnsureAsync(store.Database.Directory, Workspace, default);
        var order = new OperationOrder { Id = "verify-elsewhere-1", Process = "verify", Workspace = Workspace, Stamp = StampOf(call) };
        var begun = await store.Database.Directory.Get<ILifecycleAgent>(ledger).BeginOperationAsync(order, default);
        Assert.True(begun.IsNew);
        return begun;
    }

    private static async Task<OperationInfo> EndAsync(TestStore store, OperationInfo started)
    {
        OperationInfo? seen = null;
        await Eventually.HoldsAsync("the operation has ended", async () =>
            (seen = await store.Database.Operations.GetAsync(CallContext.Local, started.Workspace, started.Id, default))!.Status != OperationStatus.Running);
        return seen!;
    }
}
