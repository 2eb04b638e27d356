using OrleansTemporal.Agents.Tests.Oracles;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>Goal: a value is there up to its end and not from its end on, for ever, whatever clocks, restarts and clean-up do.</summary>
public sealed class KvExpiryTests
{
    private static readonly KvPutOptions IfAbsent = new() { IfAbsent = true };

    private static IEnumerable<string> Shown(IEnumerable<KvVersion> rows) => rows.Select(OracleVersion.Show);

    private static KvPutOptions Lives(int milliseconds) => new() { TimeToLive = TimeSpan.FromMilliseconds(milliseconds) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_value_ends_at_its_instant_to_the_last_digit(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = 0 });
        var put = await store.PutAsync("k", "1", Lives(1_000));
        var end = put.Outcomes[0].ExpiresAt!.Value;
        Assert.Equal(put.Receipt.SystemTime.Value + (1_000UL << HybridTimestamp.CounterBits), end.Value);
        Assert.Equal(end, await store.Database.Kv(Namespace).GetExpiryAsync("k"));
        store.Time.Advance(TimeSpan.FromSeconds(2));
        if (isSealed)
        {
            await TestStore.SealAsync(store.Agent(Namespace));
        }

        Assert.Equal("1", await store.GetAsync("k", AsOf.At(new HybridTimestamp(end.Value - 1))));
        Assert.Null(await store.GetAsync("k", AsOf.At(end)));
        Assert.Null(await store.GetAsync("k"));
        Assert.Equal(["k"], await store.KeysAsync(asOf: AsOf.At(new HybridTimestamp(end.Value - 1))));
        Assert.Empty(await store.KeysAsync(asOf: AsOf.At(end)));
        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task history_shows_the_end_whether_clean_up_has_come_by_or_not()
    {
        await using var store = await HeldStore.OpenAsync();
        var put = (await store.PutAsync("k", "1", Lives(10))).Outcomes[0];
        Assert.Single(await store.HistoryAsync("k"));
        store.Time.Advance(TimeSpan.FromMilliseconds(20));
        var before = await store.HistoryAsync("k", ascending: false);
        var tombstone = before[0];
        Assert.Equal((true, put.ExpiresAt, put.WriteId, 2), (tombstone.IsDeleted, tombstone.SystemTime, tombstone.PreviousWriteId, before.Length));
        Assert.Equal((put.WriteId, true), (KvExpiry.ValueOf(tombstone.WriteId), KvExpiry.IsTombstone(tombstone.WriteId)));

        await store.MaintainAsync();
        Assert.Equal(2, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Sequence);
        Assert.Equal(Shown(before), Shown(await store.HistoryAsync("k", ascending: false)));
        await TestStore.SealAsync(store.Agent(Namespace));
        await store.ReopenAsync(clean: true);
        Assert.Equal(Shown(before), Shown(await store.HistoryAsync("k", ascending: false)));

        var again = await store.PutAsync("k", "2");
        Assert.Equal((tombstone.WriteId, true), (again.Outcomes[0].PreviousWriteId, again.Outcomes[0].Created));
    }

    [Fact]
    public async Task a_later_write_decides_alone()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("put", "1", Lives(10));
        await store.PutAsync("put", "2");
        await store.PutAsync("longer", "1", Lives(10));
        await store.PutAsync("longer", "2", Lives(1_000));
        await store.PutAsync("deleted", "1", Lives(10));
        await store.DeleteAsync("deleted");
        store.Time.Advance(TimeSpan.FromMilliseconds(500));
        await store.MaintainAsync();
        Assert.Equal(("2", "2", null), (await store.GetAsync("put"), await store.GetAsync("longer"), await store.GetAsync("deleted")));
        Assert.Equal(2, (await store.HistoryAsync("deleted")).Length);
        Assert.Equal(6, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Sequence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task conditions_see_a_value_that_is_over_as_absent(bool isCleanedUp)
    {
        await using var store = await HeldStore.OpenAsync();
        var put = (await store.PutAsync("k", "1", Lives(10))).Outcomes[0].WriteId;
        await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "2", IfAbsent));
        store.Time.Advance(TimeSpan.FromMilliseconds(11));
        if (isCleanedUp)
        {
            await store.MaintainAsync();
        }

        await RefusedAsync(ErrorCodes.KeyNotFound, () => store.DeleteAsync("k"));
        await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "2", new KvPutOptions { IfPresent = true }));
        var refusal = await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "2", new KvPutOptions { IfMatch = put }));
        Assert.Null(refusal.CurrentETag);
        Assert.True((await store.PutAsync("k", "2", IfAbsent)).Outcomes[0].Created);
        Assert.Equal(1, (await store.Agent(Namespace).GetStatsAsync(CancellationToken.None)).LiveKeyCount);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("get twice")]
    [InlineData("get many")]
    [InlineData("history")]
    [InlineData("delete")]
    [InlineData("put")]
    [InlineData("stats")]
    public async Task once_told_that_a_value_is_over_nobody_sees_it_again(string how)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", Lives(1_000));
        store.Time.Advance(TimeSpan.FromMilliseconds(1_001));
        switch (how)
        {
            case "get many":
                await store.Kv.GetManyAsync(CallContext.Local, Workspace, Namespace, ["k"], AsOf.Latest, CancellationToken.None);
                break;
            case "history":
                Assert.Equal(2, (await store.HistoryAsync("k")).Length);
                break;
            case "delete":
                await RefusedAsync(ErrorCodes.KeyNotFound, () => store.DeleteAsync("k"));
                break;
            case "put":
                await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "2", new KvPutOptions { IfPresent = true }));
                break;
            case "stats":
                Assert.Equal(0, (await store.Agent(Namespace).GetStatsAsync(CancellationToken.None)).LiveKeyCount);
                break;
            default:
                Assert.Null(await store.GetAsync("k"));
                break;
        }

        // The clock is set back, and set back again over a restart of which nobody knew.
        store.Time.Set(store.Time.GetUtcNow() - TimeSpan.FromSeconds(5));
        Assert.Null(await store.GetAsync("k"));
        await store.ReopenAsync(clean: false);
        Assert.Null(await store.GetAsync("k"));
    }

    [Fact]
    public async Task a_value_lives_on_while_the_clock_is_set_back_before_its_end()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", Lives(1_000));
        store.Time.Set(store.Time.GetUtcNow() - TimeSpan.FromHours(1));
        store.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("1", await store.GetAsync("k"));
        store.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await store.GetAsync("k"));
    }

    [Fact]
    public async Task the_clock_of_another_process_ends_a_value_once_it_is_heard_of()
    {
        await using var store = await HeldStore.OpenAsync();
        var end = (await store.PutAsync("k", "1", Lives(300))).Outcomes[0].ExpiresAt!.Value;
        var ahead = new HybridClock(new ManualTime(store.Time.GetUtcNow() + TimeSpan.FromMilliseconds(400)), HybridTimestamp.Zero);
        Assert.Equal("1", await store.GetAsync("k"));

        // A write that follows from what the other one saw comes after the end, though the wall here says otherwise.
        var seen = ahead.Next();
        Assert.True(seen > end);
        var created = await store.PutAsync("k", "2", IfAbsent, CallContext.Local with { Observed = seen });
        Assert.True(created.Outcomes[0].Created && created.Receipt.SystemTime > seen);
        Assert.Equal([end, created.Receipt.SystemTime], (await store.HistoryAsync("k")).Skip(1).Select(static row => row.SystemTime));
    }

    [Fact]
    public async Task a_read_that_finds_a_value_over_waits_for_what_may_have_replaced_it()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", Lives(10));
        store.Logs.IsHeld = true;
        var replaced = store.PutAsync("k", "2");
        store.Time.Advance(TimeSpan.FromMilliseconds(20));
        var read = store.GetAsync("k");
        Assert.False(read.IsCompleted);
        store.Logs.Flush();
        await replaced;
        Assert.Equal("2", await read);
        Assert.Equal(2, (await store.HistoryAsync("k")).Length);
    }

    [Fact]
    public async Task the_default_of_the_namespace_holds_for_puts_that_say_nothing()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("old", "1");
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings { TimeToLive = TimeSpan.FromMilliseconds(10) }, CancellationToken.None);
        await store.PutAsync("said nothing", "1");
        await store.PutAsync("none", "1", new KvPutOptions { TimeToLive = Timeout.InfiniteTimeSpan });
        await store.PutAsync("own", "1", Lives(1_000));
        await store.BatchAsync([Put("batch", "1"), Put("batch none", "1") with { TimeToLive = Timeout.InfiniteTimeSpan }, Delete("old")]);
        await store.PutAsync("old", "2", new KvPutOptions { TimeToLive = Timeout.InfiniteTimeSpan });
        store.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(["batch none", "none", "old", "own"], await store.KeysAsync());

        await store.ReopenAsync(clean: true);
        Assert.Equal(TimeSpan.FromMilliseconds(10), (await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None)).TimeToLive);
    }

    [Fact]
    public async Task a_retry_says_the_same_end_and_another_time_to_live_is_another_request()
    {
        await using var store = await HeldStore.OpenAsync();
        var first = await store.PutAsync("k", "1", Lives(1_000), Idempotent("a"));
        store.Time.Advance(TimeSpan.FromMilliseconds(100));
        var again = await store.PutAsync("k", "1", Lives(1_000), Idempotent("a"));
        Assert.Equal((true, first.Outcomes[0]), (again.Replayed, again.Outcomes[0]));
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => store.PutAsync("k", "1", Lives(1_001), Idempotent("a")));
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => store.PutAsync("k", "1", null, Idempotent("a")));
        await store.BatchAsync([Put("b", "1") with { TimeToLive = TimeSpan.FromSeconds(1) }], call: Idempotent("b"));
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => store.BatchAsync([Put("b", "1")], call: Idempotent("b")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2 * TimeSpan.TicksPerMillisecond)]
    [InlineData(1)]
    [InlineData((Limits.TimeToLiveDaysMax * TimeSpan.TicksPerDay) + TimeSpan.TicksPerMillisecond)]
    public async Task a_time_to_live_that_can_not_be_is_refused(long ticks)
    {
        await using var store = await HeldStore.OpenAsync();
        await RefusedAsync(ErrorCodes.InvalidField, () => store.PutAsync("k", "1", new KvPutOptions { TimeToLive = new TimeSpan(ticks) }));
        await RefusedAsync(
            ErrorCodes.InvalidField,
            () => store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings { TimeToLive = new TimeSpan(ticks) }, CancellationToken.None).AsTask());
        Assert.Empty(await store.KeysAsync());
        await store.PutAsync("k", "1", new KvPutOptions { TimeToLive = TimeSpan.FromDays(Limits.TimeToLiveDaysMax) });
    }

    [Fact]
    public async Task what_ends_soon_is_listed_over_all_partitions_in_order_and_in_pages()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings { Partitions = 3 }, CancellationToken.None);
        for (var i = 0; i < 40; i++)
        {
            await store.PutAsync($"k{i:00}", "1", Lives(1_000 - (10 * i)));
        }

        await store.PutAsync("later", "1", Lives(60_000));
        var keys = new List<string>();
        var query = new KvExpiringQuery { Within = TimeSpan.FromSeconds(2), Limit = 7 };
        while (true)
        {
            var page = await store.Kv.ListExpiringAsync(CallContext.Local, Workspace, Namespace, query, CancellationToken.None);
            keys.AddRange(page.Entries.Select(static entry => entry.Key));
            if (page.Next is null)
            {
                break;
            }

            // Whatever becomes of them meanwhile, the walk stays at its moment.
            store.Time.Advance(TimeSpan.FromMilliseconds(200));
            await store.MaintainAsync();
            query = query with { After = page.Next, AsOf = AsOf.At(page.SystemTime) };
        }

        Assert.Equal(Enumerable.Range(0, 40).Reverse().Select(static i => $"k{i:00}"), keys);
    }
}
