using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>Goal: clean-up finds every value that is over, wherever it lies, writes each down once and in small pieces, and changes no answer.</summary>
public sealed class KvCleanUpTests
{
    private const int Keys = 3_000;
    private static readonly AgentOptions Tiny = new() { GenerationBytesMax = 20_000, MemoryBytesMax = 0 };

    [Fact]
    public async Task values_in_memory_are_written_down_in_small_deltas()
    {
        await using var store = await HeldStore.OpenAsync();
        await FillAsync(store, Keys);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, (await StatsAsync(store)).LiveKeyCount);
        await store.MaintainAsync();
        var cleaned = await CleanedAsync(store);
        Assert.Equal(Keys, cleaned.Sum());
        Assert.All(cleaned, static count => Assert.InRange(count, 1, 512));
        Assert.Equal(new KvStats(0, Keys, Keys), await StatsAsync(store));
    }

    [Fact]
    public async Task values_that_are_sealed_and_no_longer_in_memory_are_found()
    {
        await using var store = await HeldStore.OpenAsync(Tiny);
        await FillAsync(store, Keys);
        await store.PutAsync("stays", "1");
        await TestStore.SealAsync(store.Agent(Namespace));
        await store.ReopenAsync(clean: true);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await StatsAsync(store)).LiveKeyCount);
        await store.MaintainAsync();
        Assert.Equal(Keys, (await CleanedAsync(store)).Sum());
        Assert.Equal(1, (await StatsAsync(store)).LiveKeyCount);
        Assert.Equal(["stays"], await store.KeysAsync());
        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task a_crash_in_the_middle_costs_nothing_and_nothing_is_written_twice()
    {
        await using var store = await HeldStore.OpenAsync(Tiny);
        await FillAsync(store, Keys);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 20; i++)
        {
            await store.Agent(Namespace).MaintainAsync(MaintenanceBudget.Normal, CancellationToken.None);
            await store.ReopenAsync(clean: i % 2 == 0);
        }

        Assert.Equal(new KvStats(0, Keys, Keys), await StatsAsync(store));
        await store.MaintainAsync();
        Assert.Equal(Keys, (await CleanedAsync(store)).Sum());
        Assert.Equal(new KvStats(0, Keys, Keys), await StatsAsync(store));
        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task what_clean_up_had_not_made_durable_is_done_again()
    {
        await using var store = await HeldStore.OpenAsync();
        await FillAsync(store, 10);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        store.Logs.IsHeld = true;
        await store.MaintainAsync();
        await store.ReopenAsync(clean: false);
        store.Logs.IsHeld = false;
        Assert.Empty(await CleanedAsync(store));
        Assert.Equal(0, (await StatsAsync(store)).LiveKeyCount);
        await store.MaintainAsync();
        Assert.Equal([10], await CleanedAsync(store));
    }

    [Fact]
    public async Task nothing_that_is_not_over_is_looked_at()
    {
        await using var store = await HeldStore.OpenAsync();
        await FillAsync(store, 10);
        var status = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        await store.MaintainAsync();
        Assert.Equal(status.Sequence, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task the_largest_batch_may_end_as_a_whole()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.BatchAsync([.. Enumerable.Range(0, Limits.BatchCountMax).Select(i => Put($"{i}", "1") with { TimeToLive = TimeSpan.FromMilliseconds(5) })]);
        await store.BatchAsync([.. Enumerable.Range(0, Limits.BatchCountMax).Select(i => Put($"{i}", "2") with { TimeToLive = TimeSpan.FromMilliseconds(5) })]);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await store.MaintainAsync();
        Assert.Equal(Limits.BatchCountMax, (await CleanedAsync(store)).Sum());
        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task nobody_can_ask_for_what_only_clean_up_writes()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        await RefusedAsync(ErrorCodes.InvalidField, () => store.BatchAsync([new KvOperation { Kind = KvOperationKind.Expire, Key = "k" }]));
        await RefusedAsync(ErrorCodes.InvalidField, () => store.BatchAsync([Delete("k") with { TimeToLive = TimeSpan.FromSeconds(1) }]));
        Assert.Equal("1", await store.GetAsync("k"));
    }

    private static async Task FillAsync(TestStore store, int count)
    {
        for (var first = 0; first < count; first += 100)
        {
            await store.BatchAsync([.. Enumerable.Range(first, Math.Min(100, count - first)).Select(i => Put($"k{i}", "1") with { TimeToLive = TimeSpan.FromMilliseconds(1 + (i * 7 % 500)) })]);
        }
    }

    private static ValueTask<KvStats> StatsAsync(TestStore store) => store.Agent(Namespace).GetStatsAsync(CancellationToken.None);

    // Keys of each delta that clean-up wrote.
    private static async Task<List<int>> CleanedAsync(TestStore store)
    {
        var cleaned = new List<int>();
        var page = await store.Agent(Namespace).ReadDeltasAsync(0, Limits.DeltaPageMax, CancellationToken.None);
        foreach (var record in page.Records)
        {
            var count = 0;
            foreach (var operation in new KvPayloadReader(DeltaRecord.Read(record).Payload.Span))
            {
                count += operation.Kind == KvOperationKind.Expire ? 1 : 0;
            }

            if (count > 0)
            {
                cleaned.Add(count);
            }
        }

        return cleaned;
    }
}
