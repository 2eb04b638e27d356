using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>What is answered while the flush of the log is held back, and after it has failed.</summary>
public sealed class KvDurabilityTests
{
    private static readonly KvPutOptions IfAbsent = new() { IfAbsent = true };

    [Fact]
    public async Task a_write_is_not_acknowledged_before_the_flush()
    {
        await using var store = await HeldWithKeyAsync();
        var write = store.PutAsync("k", "2");
        Assert.False(write.IsCompleted);
        store.Logs.Flush();
        Assert.Equal(2, (await write).Receipt.Sequence);
    }

    [Fact]
    public async Task no_read_shows_a_version_that_is_not_durable()
    {
        await using var store = await HeldWithKeyAsync();
        var change = store.PutAsync("k", "2");
        var creation = store.PutAsync("new", "1");
        Assert.Equal("1", await store.GetAsync("k"));
        Assert.Null(await store.GetAsync("new"));
        Assert.Single(await store.HistoryAsync("k"));
        Assert.Single(await store.HistoryAsync("k", ascending: false));
        var none = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, new KvHistoryQuery { Key = "new" }, CancellationToken.None);
        Assert.False(none.KeyExists);
        Assert.Single((await store.Agent(Namespace).ReadDeltasAsync(0, 10, CancellationToken.None)).Records);
        await RefusedAsync(ErrorCodes.AsOfInFuture, () => store.GetAsync("k", AsOf.After(2)));

        store.Logs.Flush();
        await Task.WhenAll(change, creation);
        Assert.Equal(("2", "1"), (await store.GetAsync("k"), await store.GetAsync("new")));
    }

    [Fact]
    public async Task a_refusal_that_rests_on_a_delta_waits_until_that_is_durable()
    {
        await using var store = await HeldWithKeyAsync();
        var creation = store.PutAsync("new", "1");
        var refused = store.PutAsync("new", "2", IfAbsent);
        var deletion = store.DeleteAsync("k");
        var notFound = store.DeleteAsync("k");
        Assert.False(refused.IsCompleted || notFound.IsCompleted);
        store.Logs.Flush();
        await Task.WhenAll(creation, deletion);
        await RefusedAsync(ErrorCodes.PreconditionFailed, () => refused);
        await RefusedAsync(ErrorCodes.KeyNotFound, () => notFound);
    }

    [Fact]
    public async Task a_refusal_that_rests_on_a_delta_that_was_lost_is_not_given()
    {
        await using var store = await HeldWithKeyAsync();
        var creation = store.PutAsync("new", "1");
        var refused = store.PutAsync("new", "2", IfAbsent);
        store.Logs.Fail();
        Assert.True((await RefusedAsync(ErrorCodes.StorageFailed, () => creation)).OutcomeUnknown);
        await RefusedAsync(ErrorCodes.StorageFailed, () => refused);
        store.Logs.IsHeld = false;
        Assert.True((await store.PutAsync("new", "2", IfAbsent)).Outcomes[0].Created);
    }

    [Fact]
    public async Task a_repeat_of_an_undurable_write_waits_for_it()
    {
        await using var store = await HeldWithKeyAsync();
        var first = store.PutAsync("k", "2", call: Idempotent("one"));
        var again = store.PutAsync("k", "2", call: Idempotent("one"));
        var other = store.PutAsync("k", "3", call: Idempotent("one"));
        Assert.False(again.IsCompleted || other.IsCompleted);
        store.Logs.Flush();
        Assert.Equal((await first).Receipt, (await again).Receipt);
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => other);
    }

    [Fact]
    public async Task after_a_failed_flush_the_agent_recovers_what_is_durable_and_nothing_else()
    {
        await using var store = await HeldWithKeyAsync();
        var root = (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Root;
        var lost = store.PutAsync("k", "2");
        store.Logs.Fail();
        await RefusedAsync(ErrorCodes.StorageFailed, () => lost);
        store.Logs.IsHeld = false;
        Assert.Equal("1", await store.GetAsync("k"));
        var status = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        Assert.Equal((1, root), (status.Sequence, status.Root));
        var next = await store.PutAsync("k", "3");
        Assert.Equal(2, next.Receipt.Sequence);
        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
    }

    /// <summary>A storage that goes back to an older state must not pass for the newest one.</summary>
    [Fact]
    public async Task a_storage_that_forgets_is_found_out_when_the_agent_opens_again()
    {
        await using var store = await HeldStore.OpenAsync();
        var agent = store.Agent(Namespace);
        for (var i = 1; i <= 3; i++)
            await store.PutAsync("k", $"{i}");
        store.Logs.Fail();
        Assert.Equal("3", await store.GetAsync("k"));
        store.Logs.Fail();
        store.Logs.Forget(agent.Id, 2);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var found = await Assert.ThrowsAsync<TemporalException>(() => store.GetAsync("k"));
            Assert.Equal((ErrorKind.Corrupt, ErrorCodes.Corrupt), (found.Kind, found.Code));
            Assert.Contains("delta 2, and 3 were durable", found.Message, StringComparison.Ordinal);
            Assert.Equal(ErrorKind.Corrupt, (await Assert.ThrowsAsync<TemporalException>(() => store.PutAsync("k", "4"))).Kind);
        }
    }

    [Fact]
    public async Task an_as_of_read_waits_for_what_was_staged_before_its_moment()
    {
        await using var store = await HeldWithKeyAsync();
        var change = store.PutAsync("k", "2");
        var read = store.GetAsync("k", AsOf.At(store.Database.SystemTime));
        var list = store.KeysAsync();
        var stats = store.Agent(Namespace).GetStatsAsync(CancellationToken.None).AsTask();
        Assert.False(read.IsCompleted || list.IsCompleted || stats.IsCompleted);
        store.Logs.Flush();
        Assert.Equal(("2", "k"), (await read, (await list).Single()));
        Assert.Equal(2, (await stats).VersionCount);
        await change;
    }

    [Fact]
    public async Task a_buffered_namespace_answers_at_once_and_says_so()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings { Durability = Durability.Buffered }, CancellationToken.None);
        store.Logs.IsHeld = true;
        var receipt = (await store.PutAsync("k", "1")).Receipt;
        Assert.Equal(Durability.Buffered, receipt.Durability);
        Assert.Null(await store.GetAsync("k"));
        store.Logs.Flush();
        Assert.Equal("1", await store.GetAsync("k"));
    }

    [Fact]
    public async Task a_writer_that_stops_waiting_does_not_take_its_write_back()
    {
        await using var store = await HeldWithKeyAsync();
        using var stop = new CancellationTokenSource();
        var write = store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, "k", "2"u8.ToArray(), KvPutOptions.None, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        store.Logs.Flush();
        Assert.Equal("2", await store.GetAsync("k"));
    }

    private static async Task<HeldStore> HeldWithKeyAsync()
    {
        var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        store.Logs.IsHeld = true;
        return store;
    }
}
