using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>What policy lets go of a timeline, example by example.</summary>
public sealed class ThinningTests
{
    private const string Workspace = "default";
    private const string Name = "w";
    private const int Dimensions = 64;

    private static readonly DownsampleLevel Hourly = new() { After = TimeSpan.FromDays(1), To = TimeSpan.FromHours(1) };

    [Fact]
    public async Task without_a_rule_nothing_of_a_timeline_goes()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_000 });
        await WriteMinutesAsync(store, 120);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(4_000));
        var counts = await RunAsync(store);
        Assert.Equal((120, 0, 0), (counts["steps"], counts["stepCandidates"], counts["removedSteps"]));
    }

    [Fact]
    public async Task of_each_hour_the_last_step_is_kept_and_a_dry_run_says_what_would_go()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 8_000, MemoryBytesMax = 10_000, CacheBytesMax = 100_000 });
        var states = await WriteMinutesAsync(store, 300);
        await KeepAsync(store, new RetentionRule { Match = "timelines/*", Downsample = [Hourly] });
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await ConsolidateAsync(store);
        var before = await StatusAsync(store);
        var dry = await RunAsync(store, isDryRun: true);
        Assert.Equal(before.Sequence, (await StatusAsync(store)).Sequence);
        var counts = await RunAsync(store);
        Assert.True(counts["removedSteps"] is > 280 and < 300 && dry["removedSteps"] is > 270 and < 300, $"{counts["removedSteps"]} went, and {dry["removedSteps"]} were to.");
        var after = await StatusAsync(store);
        Assert.Equal(before.Sequence + 1, after.Sequence);
        Assert.True(SegmentBytes(after) < SegmentBytes(before) * 2 / 3, $"{SegmentBytes(before)} bytes became {SegmentBytes(after)}");
        await store.ReopenAsync(clean: false);
        var deltas = (await store.Database.Timelines.ListAsync(CallContext.Local, Workspace, Name, new TimelineDeltaQuery { Span = new TimelineSpan() }, CancellationToken.None)).Deltas;
        Assert.Equal(300, deltas.Sum(static delta => 1 + delta.ComposedCount));
        Assert.All(deltas.Where(static delta => delta.ComposedCount > 0), static delta => Assert.Equal("1h", delta.Resolution));
        foreach (var delta in deltas)
        {
            var read = await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { AsOf = AsOf.After(delta.Sequence) }, CancellationToken.None);
            Assert.Equal(states[delta.Sequence], read.Values.ToArray());
        }

        var gone = await Assert.ThrowsAsync<TemporalException>(async () =>
            await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { AsOf = AsOf.After(states.Keys.First()) }, CancellationToken.None));
        Assert.Equal((ErrorKind.Gone, ErrorCodes.HistoryExpired, "asOf"), (gone.Kind, gone.Code, gone.Field));
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    [Fact]
    public async Task a_coarser_resolution_takes_the_place_of_a_finer_one_and_of_its_bytes()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 8_000, MemoryBytesMax = 10_000, CacheBytesMax = 100_000 });
        var states = await WriteMinutesAsync(store, 400);
        await KeepAsync(store, new RetentionRule { Match = "timelines/*", Downsample = [Hourly with { To = TimeSpan.FromMinutes(10) }, new DownsampleLevel { After = TimeSpan.FromDays(5), To = TimeSpan.FromHours(3) }] });
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await ConsolidateAsync(store);
        Assert.True((await RunAsync(store))["removedSteps"] > 300);
        await ConsolidateAsync(store);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(5));
        await ConsolidateAsync(store);
        Assert.True((await RunAsync(store))["removedSteps"] > 20);
        await store.ReopenAsync(clean: false);
        var deltas = (await store.Database.Timelines.ListAsync(CallContext.Local, Workspace, Name, new TimelineDeltaQuery { Span = new TimelineSpan() }, CancellationToken.None)).Deltas;
        Assert.True(deltas.Length < 8, $"{deltas.Length} steps are kept.");
        Assert.Equal(400, deltas.Sum(static delta => 1 + delta.ComposedCount));
        foreach (var delta in deltas)
        {
            var read = await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { AsOf = AsOf.After(delta.Sequence) }, CancellationToken.None);
            Assert.Equal(states[delta.Sequence], read.Values.ToArray());
        }

        // The delta that let the first steps go has nothing left to say.
        var records = await store.Database.Directory.Get<ITimelineAgent>(Agent).ReadDeltasAsync(400, 10, CancellationToken.None);
        Assert.Contains(records.Records, static record => DeltaRecord.Read(record) is { HasPayload: false } delta && delta.Kind == TimelineKinds.Thin);
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
        Assert.Null((await store.Database.Timelines.VerifyAsync(CallContext.Local, Workspace, Name, 1, 0, CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task counting_back_ends_where_steps_were_let_go()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_000 });
        await WriteMinutesAsync(store, 130);
        await KeepAsync(store, new RetentionRule { Match = "timelines/w", KeepLast = 5 });
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await RunAsync(store);
        var info = await store.Database.Timelines.GetInfoAsync(CallContext.Local, Workspace, Name, CancellationToken.None);
        Assert.Equal((6, 124), (info.StepCount, info.LetGoCount));
        var back = await store.Database.Timelines.RollBackAsync(CallContext.Local, Workspace, Name, new TimelineRollbackOrder { Count = 5 }, CancellationToken.None);
        Assert.Equal((TimelineOutcome.Recorded, 5), (back.Outcome, back.UndoneCount));
        var refused = await Assert.ThrowsAsync<TemporalException>(async () => await store.Database.Timelines.RollBackAsync(CallContext.Local, Workspace, Name, new TimelineRollbackOrder { Count = 1 }, CancellationToken.None));
        Assert.Equal((ErrorCodes.HistoryExpired, "count"), (refused.Code, refused.Field));
    }

    [Fact]
    public async Task counters_of_an_observer_count_what_was_let_go()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_000 });
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(Dimensions, TimelinePolicy.Default), CancellationToken.None);
        await store.Database.Timelines.DefineObserverAsync(CallContext.Local, Workspace, Name, "o", new ObserverPolicy(), CancellationToken.None);
        for (var i = 1; i <= 40; i++)
        {
            store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
            await store.Database.Timelines.ObserveAsync(CallContext.Local, Workspace, Name, new ObserverCapture { Name = "o", State = Enumerable.Range(0, Dimensions).Select(at => at == i % Dimensions ? i : 0f).ToArray() }, CancellationToken.None);
        }

        var before = Assert.Single(await store.Database.Timelines.ListObserversAsync(CallContext.Local, Workspace, Name, CancellationToken.None)).Metrics;
        await KeepAsync(store, new RetentionRule { Match = "timelines/w", Keep = TimeSpan.FromDays(1) });
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        Assert.True((await RunAsync(store))["removedSteps"] > 35);
        await store.ReopenAsync(clean: false);
        var after = Assert.Single(await store.Database.Timelines.ListObserversAsync(CallContext.Local, Workspace, Name, CancellationToken.None)).Metrics;
        Assert.Equal((40L, before.AverageMagnitude), (after.DeltasCaptured, after.AverageMagnitude));
    }

    [Fact]
    public async Task steps_are_found_by_root_by_parent_and_by_text()
    {
        await using var store = await HeldStore.OpenAsync();
        var timelines = store.Database.Timelines;
        await timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(4, TimelinePolicy.Default), CancellationToken.None);
        var first = await timelines.WriteAsync(CallContext.Local, Workspace, Name, new TimelineWrite { Indices = new[] { 1 }, Values = new[] { 1f }, Id = "Alpha" }, CancellationToken.None);
        var second = await timelines.WriteAsync(CallContext.Local, Workspace, Name, new TimelineWrite { Indices = new[] { 1 }, Values = new[] { 2f }, Metadata = [KeyValuePair.Create("run", "ALPHA-2")] }, CancellationToken.None);
        await timelines.WriteAsync(CallContext.Local, Workspace, Name, new TimelineWrite { Indices = new[] { 2 }, Values = new[] { 3f } }, CancellationToken.None);
        var query = new TimelineDeltaQuery { Span = new TimelineSpan() };
        Assert.Equal([first.Receipt!.Sequence], await FindAsync(query with { Root = first.Receipt.Root }));
        Assert.Equal([second.Receipt!.Sequence], await FindAsync(query with { ParentSequence = first.Receipt.Sequence }));
        Assert.Equal([first.Receipt.Sequence, second.Receipt.Sequence], await FindAsync(query with { Text = "alpha" }));

        async Task<long[]> FindAsync(TimelineDeltaQuery asked) => [.. (await timelines.ListAsync(CallContext.Local, Workspace, Name, asked, CancellationToken.None)).Deltas.Select(static delta => delta.Sequence)];
    }

    [Fact]
    public async Task components_that_change_together_are_found_over_the_steps_of_a_line()
    {
        await using var store = await HeldStore.OpenAsync();
        var timelines = store.Database.Timelines;
        await timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(10, TimelinePolicy.Default), CancellationToken.None);
        for (var i = 1; i <= 12; i++)
        {
            int[] indices = i % 3 == 0 ? [7] : [2, 5];
            await timelines.WriteAsync(CallContext.Local, Workspace, Name, new TimelineWrite { Indices = indices, Values = indices.Select(index => index == 5 ? -(float)i * i : (float)i * i).ToArray() }, CancellationToken.None);
        }

        var found = await timelines.FindTogetherAsync(CallContext.Local, Workspace, Name, new CoOccurrenceQuery { Span = new TimelineSpan() }, CancellationToken.None);
        var pair = Assert.Single(found.Pairs);
        Assert.Equal((2, 5, 8, 1d, 1.5), (pair.Left, pair.Right, pair.Together, pair.CoOccurrence, pair.Lift));
        Assert.Equal(-1, pair.Correlation, 9);
        Assert.Equal<int>([2, 5], Assert.Single(found.Groups).ToArray());
        Assert.Equal((12, 3), (found.StepCount, found.ComponentCount));
        await Assert.ThrowsAsync<TemporalException>(async () => await timelines.FindTogetherAsync(CallContext.Local, Workspace, Name, new CoOccurrenceQuery { Span = new TimelineSpan(), Components = Limits.CoOccurrenceComponentsMax + 1 }, CancellationToken.None));
    }

    [Fact]
    public async Task of_very_many_steps_the_newest_are_looked_at()
    {
        await using var store = await HeldStore.OpenAsync();
        var timelines = store.Database.Timelines;
        await timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(3, TimelinePolicy.Default), CancellationToken.None);
        foreach (var count in new[] { 5, Limits.BatchCountMax, Limits.BatchCountMax })
        {
            var deltas = Enumerable.Range(1, count).Select(i => new TimelineWrite { Indices = new[] { count == 5 ? 0 : 1 }, Values = new[] { (float)i } });
            await timelines.WriteBatchAsync(CallContext.Local, Workspace, Name, new TimelineBatch { Deltas = [.. deltas] }, CancellationToken.None);
        }

        var found = await timelines.FindTogetherAsync(CallContext.Local, Workspace, Name, new CoOccurrenceQuery { Span = new TimelineSpan() }, CancellationToken.None);
        Assert.Equal((Limits.CoOccurrenceStepsMax, 1), (found.StepCount, found.ComponentCount));
    }

    private static AgentId Agent => new(Workspace, AgentKind.Timelines, Name, 0);

    // A step every minute; the states by sequence.
    private static async Task<SortedDictionary<long, float[]>> WriteMinutesAsync(HeldStore store, int count)
    {
        var random = new Random(count);
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(Dimensions, TimelinePolicy.Default), CancellationToken.None);
        var (states, state) = (new SortedDictionary<long, float[]>(), new float[Dimensions]);
        for (var i = 0; i < count; i++)
        {
            store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
            for (var changes = 0; changes < 24; changes++)
            {
                state[random.Next(Dimensions)] = (float)random.NextDouble() + i;
            }

            var written = await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, Name, new TimelineWrite { State = state.ToArray() }, CancellationToken.None);
            states.Add(written.Receipt!.Sequence, [.. state]);
        }

        return states;
    }

    private static async Task KeepAsync(HeldStore store, RetentionRule rule) =>
        await store.Database.Lifecycle.SetPolicyAsync(CallContext.Local, Workspace, LifecyclePolicy.Default with { Retention = [rule] }, CancellationToken.None);

    private static async Task ConsolidateAsync(HeldStore store) =>
        await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, LifecycleProcess.Consolidation, isDryRun: false, progress: null, CancellationToken.None);

    private static async Task<IReadOnlyDictionary<string, long>> RunAsync(HeldStore store, bool isDryRun = false) =>
        (await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, LifecycleProcess.Distillation, isDryRun, progress: null, CancellationToken.None)).Counts;

    private static async Task<AgentStatus> StatusAsync(HeldStore store) => await store.Database.Directory.Get<ITimelineAgent>(Agent).GetStatusAsync(CancellationToken.None);

    private static long SegmentBytes(AgentStatus status) => status.WarmBytes + status.ColdBytes + status.DeepBytes;
}
