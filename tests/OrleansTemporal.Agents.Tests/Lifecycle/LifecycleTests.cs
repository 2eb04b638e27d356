using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents.Tests.Lifecycle;

/// <summary>Goal: data moves down as its policy says and up when it is read, and no answer ever changes.</summary>
public sealed class LifecycleTests
{
    private const string Workspace = "default";
    private const string Namespace = "n";

    [Fact]
    public async Task a_year_of_history_goes_through_all_tiers_and_answers_as_it_did()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_000, MemoryBytesMax = 10_000, CacheBytesMax = 20_000 });
        var random = new Random(1);
        var written = new List<(string Key, HybridTimestamp Time, string Value)>();
        for (var day = 0; day < 365; day += 3)
        {
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var (key, value) = ($"k{random.Next(20)}", $$"""{"day":{{day}},"text":"{{new string((char)('a' + random.Next(26)), random.Next(200))}}"}""");
                var result = await store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, key, Encoding.UTF8.GetBytes(value), KvPutOptions.None, CancellationToken.None);
                written.Add((key, result.Receipt.SystemTime, value));
            }

            store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(3));
            if (day % 2 == 0)
            {
                await RunAsync(store, LifecycleProcess.Consolidation);
            }

            while (day % 5 == 0 && await store.Database.MaintainAsync(CancellationToken.None))
            {
                // Everything that is due.
            }

            if (day % 60 == 57)
            {
                await store.ReopenAsync(clean: day % 120 == 57);
                await CheckAsync(store, written, random);
            }
        }

        var last = await store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, "k0", "0"u8.ToArray(), KvPutOptions.None, CancellationToken.None);
        written.Add(("k0", last.Receipt.SystemTime, "0"));
        await RunAsync(store, LifecycleProcess.Consolidation);
        var status = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        Assert.All([status.WarmBytes + status.HotBytes, status.ColdBytes, status.DeepBytes], static bytes => Assert.True(bytes > 0));
        Assert.True(status.DeepBytes > status.ColdBytes);
        Assert.InRange(status.SegmentCount, 3, 40);
        var tiers = (await store.Services.Manifests.LoadAsync(store.Agent(Namespace).Id, CancellationToken.None))!.Manifest.Segments.Select(static segment => segment.Tier).ToArray();
        Assert.Equal(tiers.OrderByDescending(static tier => tier), tiers);
        await CheckAsync(store, written, random);
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    [Fact]
    public async Task what_is_read_much_comes_back_and_goes_down_again_when_it_is_not()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 2_000, MemoryBytesMax = 2_000, CacheBytesMax = 1 << 20 });
        await store.Database.Lifecycle.SetPolicyAsync(
            CallContext.Local, Workspace, new LifecyclePolicy { Heat = new() { HalfLife = TimeSpan.FromHours(1), PromoteAbove = 20, DemoteBelow = 10 } }, CancellationToken.None);
        for (var i = 0; i < 100; i++)
        {
            await store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, $"k{i}", Encoding.UTF8.GetBytes($"\"{new string('x', 100)}{i}\""), KvPutOptions.None, CancellationToken.None);
        }

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(40));
        var counts = await RunAsync(store, LifecycleProcess.Consolidation);
        Assert.True(counts["packedSegments"] > 0 && counts["promotedSegments"] == 0);
        await store.ReopenAsync(clean: true);
        for (var i = 0; i < 50; i++)
        {
            await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, $"k{i % 3}", AsOf.Latest, CancellationToken.None);
        }

        Assert.InRange((await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Heat, 40, 60);
        counts = await RunAsync(store, LifecycleProcess.Consolidation);
        Assert.Equal((1, 0), (counts["promotedSegments"], counts["packedSegments"]));
        Assert.True((await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).WarmBytes > 0);
        Assert.Equal(0, (await RunAsync(store, LifecycleProcess.Consolidation))["packedSegments"]);

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(5));
        counts = await RunAsync(store, LifecycleProcess.Consolidation);
        Assert.Equal((0, 1), (counts["promotedSegments"], counts["packedSegments"]));
        Assert.Equal(0, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).WarmBytes);
    }

    [Fact]
    public async Task a_dry_run_says_what_a_run_does_and_changes_nothing()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 20_000, MemoryBytesMax = 20_000, CacheBytesMax = 1 << 20 });
        for (var i = 0; i < 2_000; i++)
        {
            await store.Kv.PutAsync(
                CallContext.Local, Workspace, Namespace, $"k{i}", Encoding.UTF8.GetBytes($$"""{"name":"somebody with the number {{i}}","town":"some town {{i % 7}}"}"""), KvPutOptions.None, CancellationToken.None);
        }

        foreach (var agent in store.Database.Directory.Agents.ToArray())
        {
            while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None))
            {
                // Sealed and merged, so that the run has nothing to seal of its own.
            }
        }

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(3));
        var before = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        var dry = await RunAsync(store, LifecycleProcess.Consolidation, isDryRun: true);
        Assert.Equal(before, await store.Agent(Namespace).GetStatusAsync(CancellationToken.None));
        var wet = await RunAsync(store, LifecycleProcess.Consolidation);
        Assert.Equal((wet["packedSegments"], wet["bytesBefore"]), (dry["packedSegments"], dry["bytesBefore"]));
        Assert.InRange(dry["bytesAfter"], wet["bytesAfter"] * 0.7, wet["bytesAfter"] * 1.3);
        Assert.True(wet["bytesAfter"] < wet["bytesBefore"]);
    }

    [Fact]
    public async Task a_dry_run_says_what_is_saved_in_money()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 20_000, MemoryBytesMax = 20_000 });
        store.Prices = PriceTable.AzureBlobStorage();
        await store.ReopenAsync(clean: true);
        for (var i = 0; i < 500; i++)
        {
            await store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, $"k{i}", Encoding.UTF8.GetBytes($"\"{i} of many\""), KvPutOptions.None, CancellationToken.None);
        }

        await TestStore.SealAsync(store.Agent(Namespace));
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(31));
        var dry = await ReportAsync(store, LifecycleProcess.Consolidation, isDryRun: true);
        var (before, after) = (dry.Counts["bytesBefore"], dry.Counts["bytesAfter"]);
        Assert.Equal(before - after, dry.Savings!.Bytes);
        Assert.Equal(((before * 0.018) - (after * 0.0036)) / (1 << 30), dry.Savings.MoneyPerMonth!.Value, 12);
        Assert.InRange(dry.Savings.CostOnce!.Value, (0.004 + 0.18 + (3 * 0.05)) / 10_000, 0.01);
        Assert.Equal("USD", dry.Savings.Currency);
        var wet = await ReportAsync(store, LifecycleProcess.Consolidation);
        Assert.InRange(wet.Savings!.MoneyPerMonth!.Value, dry.Savings.MoneyPerMonth.Value / 2, dry.Savings.MoneyPerMonth.Value * 2);

        store.Prices = null;
        await store.ReopenAsync(clean: true);
        Assert.Null((await ReportAsync(store, LifecycleProcess.Consolidation)).Savings!.MoneyPerMonth);
    }

    [Fact]
    public async Task policy_runs_and_genomes_are_written_down_with_their_history()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, "k", "1"u8.ToArray(), KvPutOptions.None, CancellationToken.None);
        Assert.Equal(LifecyclePolicy.Default, (await store.Database.Lifecycle.GetAsync(CallContext.Local, Workspace, CancellationToken.None)).Policy);
        Assert.DoesNotContain(await store.Database.Agents.ListAsync(CallContext.Local, Workspace, null, CancellationToken.None), static agent => agent.Agent.Kind == AgentKind.Lifecycle);

        var policy = new LifecyclePolicy { Tiers = new() { Hot = TimeSpan.FromMinutes(1) } };
        var call = CallContext.Local with { IdempotencyKey = "once" };
        var receipt = await store.Database.Lifecycle.SetPolicyAsync(call, Workspace, policy, CancellationToken.None);
        Assert.Equal(receipt, await store.Database.Lifecycle.SetPolicyAsync(call, Workspace, policy, CancellationToken.None));
        await RunAsync(store, LifecycleProcess.Genome);
        await store.ReopenAsync(clean: false);

        var state = await store.Database.Lifecycle.GetAsync(CallContext.Local, Workspace, CancellationToken.None);
        Assert.Equal((policy, 1), (state.Policy, state.PolicySequence));
        var genome = Assert.Single(state.Runs);
        Assert.Equal((LifecycleProcess.Genome, 3, 3), (genome.Process, genome.Counts["agents"], genome.Counts["deltas"] - 1));
        Assert.NotNull(genome.Digest);
        Assert.Contains(await store.Database.Agents.ListAsync(CallContext.Local, Workspace, null, CancellationToken.None), static agent => agent is { Agent.Kind: AgentKind.Lifecycle, Sequence: 2 });
    }

    [Fact]
    public async Task scheduled_runs_come_when_they_are_due_and_catch_up()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, "k", "1"u8.ToArray(), KvPutOptions.None, CancellationToken.None);
        await store.Database.RunDueAsync(CancellationToken.None);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(2));
        await store.Database.RunDueAsync(CancellationToken.None);
        Assert.Equal(0, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).HotBytes);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(23));
        await store.Database.RunDueAsync(CancellationToken.None);
        var first = await GenomeAsync();

        // The process was away for two days: the genome that was due meanwhile comes at once, and one of them.
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(48));
        await store.ReopenAsync(clean: true);
        await store.Database.RunDueAsync(CancellationToken.None);
        await store.Database.RunDueAsync(CancellationToken.None);
        var second = await GenomeAsync();
        Assert.True(second > first);
        await store.Database.RunDueAsync(CancellationToken.None);
        Assert.Equal(second, await GenomeAsync());

        async Task<HybridTimestamp> GenomeAsync() =>
            (await store.Database.Lifecycle.GetAsync(CallContext.Local, Workspace, CancellationToken.None)).Runs.Single(static run => run.Process == LifecycleProcess.Genome).SystemTime;
    }

    [Fact]
    public async Task a_run_in_the_background_tells_how_it_ended()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await store.Kv.PutAsync(CallContext.Local, Workspace, Namespace, "k", "1"u8.ToArray(), KvPutOptions.None, CancellationToken.None);
        var operation = await store.Database.Lifecycle.StartAsync(CallContext.Local, Workspace, LifecycleProcess.Consolidation, isDryRun: true, CancellationToken.None);
        await Eventually.HoldsAsync("the run has ended", async () =>
            (await store.Database.Operations.GetAsync(CallContext.Local, Workspace, operation.Id, CancellationToken.None))!.Status != OperationStatus.Running);
        var ended = (await store.Database.Operations.GetAsync(CallContext.Local, Workspace, operation.Id, CancellationToken.None))!;
        Assert.Equal((OperationStatus.Succeeded, 1.0, 0L), (ended.Status, ended.Progress, ended.Savings!.Bytes));
    }

    private static async Task<IReadOnlyDictionary<string, long>> RunAsync(TestStore store, LifecycleProcess process, bool isDryRun = false) =>
        (await ReportAsync(store, process, isDryRun)).Counts;

    private static async Task<LifecycleReport> ReportAsync(TestStore store, LifecycleProcess process, bool isDryRun = false) =>
        await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, process, isDryRun, progress: null, CancellationToken.None);

    private static async Task CheckAsync(TestStore store, List<(string Key, HybridTimestamp Time, string Value)> written, Random random)
    {
        foreach (var key in written.Select(static one => one.Key).Distinct())
        {
            var expected = written.Where(one => one.Key == key).Select(static one => one.Value).ToArray();
            var query = new KvHistoryQuery { Key = key, Ascending = true, Limit = Limits.PageCountMax };
            var history = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, query, CancellationToken.None);
            Assert.Equal(expected, history.Versions.Select(static version => Encoding.UTF8.GetString(version.Value.Span)));
        }

        for (var i = 0; i < 50; i++)
        {
            var (key, time, value) = written[random.Next(written.Count)];
            var read = await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, key, AsOf.At(time), CancellationToken.None);
            Assert.Equal(value, Encoding.UTF8.GetString(read.Version!.Value.Span));
        }
    }
}
