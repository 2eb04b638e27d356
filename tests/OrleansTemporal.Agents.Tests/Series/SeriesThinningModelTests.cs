using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Series;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>
/// Goal: whatever policy lets go of a stream, points that are kept are answered as they are, windows that are kept give the
/// numbers that their points gave, and a moment of before is answered as it was or refused.
/// </summary>
public sealed class SeriesThinningModelTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly Dictionary<string, ImmutableArray<RetentionRule>> Policies = new(StringComparer.Ordinal)
    {
        ["keep"] = [new RetentionRule { Match = "series/*", Keep = 10 * Day }],
        ["hours"] = [new RetentionRule { Match = "series/s", Downsample = [Level(3, TimeSpan.FromHours(1))] }],
        ["levels"] = [new RetentionRule { Match = "series/*", Keep = 25 * Day, Downsample = [Level(2, TimeSpan.FromMinutes(10)), Level(5, TimeSpan.FromHours(1)), Level(12, Day)] }],
        ["fine"] = [new RetentionRule { Match = "series/*", Keep = 30 * Day, Downsample = [Level(1, TimeSpan.FromMinutes(1)), Level(9, TimeSpan.FromMinutes(5))] }],
        ["odd"] = [new RetentionRule { Match = "series/*", Downsample = [Level(4, TimeSpan.FromSeconds(90)), Level(8, TimeSpan.FromHours(6))] }],
    };

    [Theory]
    [InlineData(1, "keep")]
    [InlineData(2, "hours")]
    [InlineData(3, "levels")]
    [InlineData(4, "levels")]
    [InlineData(5, "fine")]
    [InlineData(6, "hours", "levels")]
    [InlineData(7, "odd", "levels", "keep")]
    [InlineData(8, "fine", "odd", "hours")]
    public async Task what_is_kept_answers_as_a_list_of_everything_would(int seed, params string[] policies)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 6_000, MemoryBytesMax = 40_000, CacheBytesMax = 100_000 });
        var run = new SeriesThinningRun(store, random);
        var removed = 0L;
        for (var day = 0; day < 45; day++)
        {
            if (day % 15 == 0)
            {
                var policy = LifecyclePolicy.Default with { Retention = Policies[policies[day / 15 % policies.Length]] };
                await store.Database.Lifecycle.SetPolicyAsync(CallContext.Local, "default", policy, CancellationToken.None);
            }

            await run.WriteDayAsync(lateDays: 20);
            store.Time.Set(store.Time.GetUtcNow() + Day);
            if (random.Next(2) == 0)
            {
                await RunAsync(store, LifecycleProcess.Consolidation);
            }

            if (random.Next(4) == 0)
            {
                removed += (await RunAsync(store, LifecycleProcess.Distillation))["removedPoints"];
            }

            for (var turns = random.Next(5); turns > 0 && await store.Database.MaintainAsync(CancellationToken.None); turns--)
            {
                // Some of what is due.
            }

            if (random.Next(10) == 0)
            {
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }

            if (day % 9 == 8)
            {
                await run.CheckAsync();
            }
        }

        store.Time.Set(store.Time.GetUtcNow() + (2 * Day));
        await RunAsync(store, LifecycleProcess.Consolidation);
        await RunAsync(store, LifecycleProcess.Distillation);
        var kept = await run.KeptAsync();
        Assert.Equal(policies[^1] == "keep", kept.Bands.IsEmpty);
        Assert.True(removed > 500 && run.Refused > 0, $"{removed} points were removed, {run.Refused} changes refused.");
        await run.CheckAsync();
        await store.ReopenAsync(clean: false);
        await run.CheckAsync();
        var records = (await store.Database.Directory.Get<IChronicleAgent>(new AgentId("default", AgentKind.Series, "s", 0)).ReadDeltasAsync(0, 10_000, CancellationToken.None)).Records;
        Assert.True(records.Count(static record => !DeltaRecord.Read(record).HasPayload) > records.Length / 4);
        Assert.Equal(0, (await RunAsync(store, LifecycleProcess.Distillation))["removedPoints"]);
    }

    private static DownsampleLevel Level(int afterDays, TimeSpan to) => new() { After = afterDays * Day, To = to };

    private static async Task<ImmutableSortedDictionary<string, long>> RunAsync(HeldStore store, LifecycleProcess process) =>
        (await store.Database.Lifecycle.RunAsync(CallContext.Local, "default", process, false, null, CancellationToken.None)).Counts;
}
