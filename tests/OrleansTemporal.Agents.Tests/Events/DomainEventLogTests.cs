using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Events;
using OrleansTemporal.Timelines;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Events;

/// <summary>Domain events that no delta says are log messages under the names of the domain.</summary>
public sealed class DomainEventLogTests
{
    private const string Timeline = "w";
    private const string Observer = "o";
    private static readonly AgentId Agent = new(Workspace, AgentKind.Timelines, Timeline, 0);

    // Goal: what an observer held back is told with its number and the delta that records it, whoever has it recorded.
    [Fact]
    public async Task states_that_were_held_back_are_told_with_the_delta_that_records_them()
    {
        var events = new EventCollector(LogLevel.Debug);
        await using var store = await OpenAsync(events, new TimelinePolicy(), new ObserverPolicy());
        await ShowAsync(store, 1, 0);
        await ShowAsync(store, 2, 0);
        await ShowAsync(store, 3, 0);
        Assert.Empty(events.Of("CaptureBufferFlushed"));
        store.Time.Advance(TimeSpan.FromSeconds(1));
        var recorded = await ShowAsync(store, 4, 0);
        AssertFlushed(3, recorded.Receipt!.Sequence);

        events.Clear();
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await ShowAsync(store, 5, 0);
        Assert.Empty(events.Of("CaptureBufferFlushed"));
        await ShowAsync(store, 6, 0);
        var ordered = await store.Database.Timelines.ControlObserverAsync(
            CallContext.Local, Workspace, Timeline, new ObserverOrder { Name = Observer, Action = ObserverAction.Flush }, CancellationToken.None);
        AssertFlushed(1, ordered.Receipt!.Sequence);

        events.Clear();
        await ShowAsync(store, 7, 0);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await store.MaintainAsync();
        AssertFlushed(1, ordered.Receipt.Sequence + 1);

        void AssertFlushed(int count, long sequence)
        {
            var told = Assert.Single(events.Of("CaptureBufferFlushed"));
            Assert.Equal((LogLevel.Debug, Agent, Observer, count, sequence), (told.Level, told.Values["Agent"], told.Values["Observer"], told.Values["Count"], told.Values["Batch"]));
        }
    }

    // Goal: a state that differs is told whichever policy holds it back, one that does not differ never.
    [Fact]
    public async Task a_state_that_differs_and_is_not_recorded_is_told_with_what_holds_it_back()
    {
        var events = new EventCollector(LogLevel.Debug);
        await using var store = await OpenAsync(events, new TimelinePolicy { MagnitudeThreshold = 0.5 }, new ObserverPolicy { MinInterval = TimeSpan.FromSeconds(1) });
        var recorded = await ShowAsync(store, 1, 0);
        Assert.Equal(ObserverOutcome.Pending, (await ShowAsync(store, 1, 0)).Outcome);
        Assert.Empty(events.Of("ChangeDetected"));
        Assert.Equal(ObserverOutcome.Pending, (await ShowAsync(store, 9, 0)).Outcome);
        AssertTold(Observer, "interval", 9);

        store.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ObserverOutcome.Filtered, (await ShowAsync(store, 1, 0)).Outcome);
        Assert.Empty(events.Of("ChangeDetected"));
        Assert.Equal(ObserverOutcome.Filtered, (await ShowAsync(store, 1.25f, 0)).Outcome);
        AssertTold(Observer, "threshold", 1.25f);

        await WriteAsync(store, new TimelineWrite { State = new[] { 1f, 0f } });
        Assert.Empty(events.Of("ChangeDetected"));
        Assert.Equal(TimelineOutcome.BelowThreshold, (await WriteAsync(store, new TimelineWrite { State = new[] { 1.5f, 0f } })).Outcome);
        AssertTold("", "threshold", 1.5f);

        void AssertTold(string observer, string policy, float first)
        {
            var told = Assert.Single(events.Of("ChangeDetected"));
            Assert.Equal((LogLevel.Debug, Agent, observer, policy), (told.Level, told.Values["Agent"], told.Values["Observer"], told.Values["Policy"]));
            Assert.Equal((recorded.Receipt!.Root, new StateTree(2).Root([first, 0])), (told.Values["OldRoot"], told.Values["NewHash"]));
            events.Clear();
        }
    }

    // Goal: every way to change a timeline tells its refusals, once each, also the one of a delta that waited and whose writer has gone.
    [Fact]
    public async Task each_refusal_is_told_once_with_its_code()
    {
        var events = new EventCollector(LogLevel.Debug);
        await using var store = await OpenAsync(events, new TimelinePolicy { LockedDimensions = [1], MaxMagnitude = 10, Gap = TimelineGapRule.Buffer }, new ObserverPolicy());
        await RefusedAsync(ErrorCodes.ComponentLocked, () => WriteAsync(store, Setting(1, 1)));
        await RefusedAsync(ErrorCodes.DimensionMismatch, () => WriteAsync(store, new TimelineWrite { State = new[] { 1f } }));
        await RefusedAsync(ErrorCodes.MagnitudeExceeded, () => ShowAsync(store, 100, 0));
        await RefusedAsync(ErrorCodes.ComponentLocked, () => BatchAsync(store, Setting(0, 1), Setting(1, 1)));
        await RefusedAsync(ErrorCodes.InvalidField, () => BatchAsync(store, Setting(7, 1)));
        await RefusedAsync(ErrorCodes.NothingToRollBack, () => store.Database.Timelines.RollBackAsync(CallContext.Local, Workspace, Timeline, new TimelineRollbackOrder { Count = 1 }, CancellationToken.None).AsTask());
        Assert.Equal(
            [ErrorCodes.ComponentLocked, ErrorCodes.DimensionMismatch, ErrorCodes.MagnitudeExceeded, ErrorCodes.ComponentLocked, ErrorCodes.InvalidField, ErrorCodes.NothingToRollBack],
            CodesOf(events));
        Assert.All(events.Of("DeltaRejected"), static told => Assert.Equal((LogLevel.Debug, Agent), (told.Level, told.Values["Agent"])));

        events.Clear();
        Assert.Equal(TimelineOutcome.Buffered, (await WriteAsync(store, Setting(1, 1) with { Id = "late", Parent = "first" })).Outcome);
        Assert.Empty(events.Names());
        await WriteAsync(store, Setting(0, 1) with { Id = "first" });
        Assert.Equal([ErrorCodes.ComponentLocked], CodesOf(events));
    }

    // Goal: a conflict is told with the number of its components, whether a rule decides it or it is rejected, and sums are none.
    [Theory]
    [InlineData(TimelineConflictRule.LastWriteWins)]
    [InlineData(TimelineConflictRule.FirstWriteWins)]
    [InlineData(TimelineConflictRule.Merge)]
    [InlineData(TimelineConflictRule.Reject)]
    public async Task conflicts_are_told_with_the_number_of_their_components(TimelineConflictRule rule)
    {
        var events = new EventCollector(LogLevel.Debug);
        var isRejected = rule == TimelineConflictRule.Reject;
        await using var store = await OpenAsync(events, new TimelinePolicy { Conflict = rule }, new ObserverPolicy(), dimensions: 4);
        await WriteAsync(store, Setting(3, 1) with { Id = "base" });
        await store.Database.Timelines.BranchAsync(CallContext.Local, Workspace, Timeline, new TimelineBranchOrder { Name = "side" }, CancellationToken.None);
        await WriteAsync(store, new TimelineWrite { Indices = new[] { 0, 1 }, Values = new[] { 5f, 5f } });
        await WriteAsync(store, new TimelineWrite { Branch = "side", Indices = new[] { 0, 2 }, Values = new[] { 6f, 6f } });
        Assert.Empty(events.Names());

        var behind = new TimelineWrite { Parent = "base", Indices = new[] { 0, 1, 2 }, Values = new[] { 7f, 7f, 7f } };
        await EitherAsync(() => WriteAsync(store, behind), 2);
        await EitherAsync(() => BatchAsync(store, behind with { Indices = new[] { 0 }, Values = new[] { 8f } }), 1);
        await EitherAsync(() => store.Database.Timelines.MergeAsync(CallContext.Local, Workspace, Timeline, new TimelineMergeOrder { Source = "side", Into = "main" }, CancellationToken.None).AsTask(), isRejected ? 1 : null);
        if (rule is TimelineConflictRule.LastWriteWins or TimelineConflictRule.Merge)
        {
            await WriteAsync(store, behind with { IsAdditive = true });
            Assert.Empty(events.Of("DeltaConflictDetected"));
        }

        // Without a number any will do: what is in conflict hangs on what the rule made of the earlier ones.
        async Task EitherAsync<T>(Func<Task<T>> act, int? components)
        {
            if (isRejected)
            {
                await RefusedAsync(ErrorCodes.MergeConflict, act);
            }
            else
            {
                await act();
            }

            var told = Assert.Single(events.Of("DeltaConflictDetected"));
            Assert.Equal((LogLevel.Debug, Agent), (told.Level, told.Values["Agent"]));
            Assert.InRange((int)told.Values["Components"]!, components ?? 1, components ?? 4);
            Assert.Equal(isRejected ? [ErrorCodes.MergeConflict] : [], CodesOf(events));
            events.Clear();
        }
    }

    // Goal: damage is told with what was expected and what was found, by the verification of an agent and of a part of its log.
    [Fact]
    public async Task damage_that_a_verification_finds_is_told_with_both_hashes()
    {
        var events = new EventCollector(LogLevel.Information);
        await using var store = await OpenAsync(events, new TimelinePolicy(), new ObserverPolicy());
        await WriteAsync(store, Setting(0, 1) with { Metadata = [KeyValuePair.Create("who", "somebody")] });
        var last = await WriteAsync(store, Setting(0, 2));
        await store.Database.Timelines.VerifyAsync(CallContext.Local, Workspace, Timeline, 1, 0, CancellationToken.None);
        await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
        Assert.Empty(events.Of("TargetStateCorrupted"));

        var record = store.Logs.BytesOf(Agent, last.Receipt!.Sequence - 1);
        record[record.AsSpan().IndexOf("somebody"u8)]++;
        var part = await store.Database.Timelines.VerifyAsync(CallContext.Local, Workspace, Timeline, 1, 0, CancellationToken.None);
        Assert.NotNull(part.Fault);
        AssertTold(part.Fault, part.Root);
        var report = Assert.Single(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => report.Fault is not null);
        Assert.Equal(last.Receipt.Root, AssertTold(report.Fault!, report.Root));

        object? AssertTold(string fault, Distinction actual)
        {
            var told = Assert.Single(events.Of("TargetStateCorrupted"));
            Assert.Equal((LogLevel.Error, Agent, fault, actual), (told.Level, told.Values["Agent"], told.Values["Fault"], told.Values["Actual"]));
            Assert.NotEqual(actual, told.Values["Expected"]);
            events.Clear();
            return told.Values["Expected"];
        }
    }

    // Goal: one event when a replay begins and one when it has ended, with the number of its deltas, however they are kept.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_replay_is_told_when_it_begins_and_when_it_has_ended(bool isSealed)
    {
        var events = new EventCollector(LogLevel.Debug);
        await using var store = await OpenAsync(events, new TimelinePolicy(), new ObserverPolicy(), options: new AgentOptions { GenerationBytesMax = isSealed ? 400 : AgentOptions.GenerationBytesDefault });
        long last = 0;
        for (var i = 1; i <= 20; i++)
        {
            last = (await WriteAsync(store, Setting(0, i))).Receipt!.Sequence;
        }

        await store.MaintainAsync();
        events.Clear();
        await store.ReopenAsync(clean: false);
        await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Timeline, new TimelineMoment(), CancellationToken.None);
        var began = Assert.Single(events.Of("ReplayStarted"), static told => Agent.Equals(told.Values["Agent"]));
        var ended = Assert.Single(events.Of("ReplayCompleted"), static told => Agent.Equals(told.Values["Agent"]));
        Assert.Equal((LogLevel.Debug, LogLevel.Debug, last), (began.Level, ended.Level, ended.Values["Deltas"]));
        Assert.True((long)ended.Values["Milliseconds"]! >= 0);
    }

    // Goal: a batch is told with its size; one that is known already was not made again.
    [Fact]
    public async Task a_batch_is_told_with_its_size()
    {
        var events = new EventCollector(LogLevel.Debug);
        await using var store = await OpenAsync(events, new TimelinePolicy(), new ObserverPolicy());
        var written = await BatchAsync(store, Setting(0, 1) with { Id = "a" }, new TimelineWrite { Id = "b", Indices = new[] { 0, 1 }, Values = new[] { 2f, 3f } });
        var created = Assert.Single(events.Of("BatchCreated"));
        Assert.Equal((LogLevel.Debug, Agent, 2, written.FirstSequence), (created.Level, created.Values["Agent"], created.Values["Count"], created.Values["Batch"]));
        var compressed = Assert.Single(events.Of("BatchCompressed"));
        Assert.Equal((LogLevel.Debug, Agent, 3L * DeltaVector.EntryBytes), (compressed.Level, compressed.Values["Agent"], compressed.Values["Original"]));
        Assert.Equal((await PayloadBytesAsync(store, written.FirstSequence)), compressed.Values["Compressed"]);

        events.Clear();
        await BatchAsync(store, Setting(0, 1) with { Id = "a" });
        Assert.Empty(events.Names());
    }

    // Goal: each window of a read that is over is told, the one that is open still is not, and nobody who does not listen pays.
    [Theory]
    [InlineData(LogLevel.Trace)]
    [InlineData(LogLevel.Debug)]
    public async Task windows_that_are_over_are_told_to_who_reads_them(LogLevel level)
    {
        var events = new EventCollector(level);
        await using var store = await OpenAsync(events, new TimelinePolicy(), new ObserverPolicy());
        for (var i = 1; i <= 5; i++)
        {
            await WriteAsync(store, Setting(0, i));
            store.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        var query = new TimelineWindowQuery { Span = new TimelineSpan(), Policy = new DeltaWindowPolicy { CountMax = 2 }, Limit = 10 };
        var page = await store.Database.Timelines.AggregateAsync(CallContext.Local, Workspace, Timeline, query, CancellationToken.None);
        Assert.Equal(3, page.Windows.Length);
        if (level > LogLevel.Trace)
        {
            Assert.Empty(events.Names());
            return;
        }

        var windows = page.Windows.Take(2).Select(static window => (object?)window.FirstSequence);
        Assert.Equal(windows, events.Of("WindowClosed").Select(static told => told.Values["Window"]));
        Assert.All(events.Of("WindowClosed"), static told => Assert.Equal((LogLevel.Trace, Agent, 2, 10L), (told.Level, told.Values["Agent"], told.Values["Count"], told.Values["Milliseconds"])));
        Assert.Equal(windows, events.Of("WindowCompacted").Select(static told => told.Values["Window"]));
        Assert.All(events.Of("WindowCompacted"), static told => Assert.Equal((LogLevel.Trace, Agent, 2d), (told.Level, told.Values["Agent"], told.Values["Ratio"])));
    }

    // Goal: who reads metrics sees what is rejected, and why, without any log.
    [Fact]
    public async Task what_is_rejected_is_counted_by_its_code()
    {
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Meter.Name == DomainEventLog.MeterName)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, measurement, tags, _) =>
        {
            var (name, code) = ((string?)null, (string?)null);
            foreach (var (key, value) in tags)
            {
                (name, code) = key switch { "event" => ((string?)value, code), "code" => (name, (string?)value), _ => (name, code) };
            }

            if (instrument.Name == "orleanstemporal.events" && name == "DeltaRejected" && code == ErrorCodes.DimensionsFixed)
            {
                Interlocked.Add(ref counted, measurement);
            }
        });
        listener.Start();
        await using var store = await OpenAsync(new EventCollector(LogLevel.None), new TimelinePolicy(), new ObserverPolicy());
        await RefusedAsync(ErrorCodes.DimensionsFixed, () => store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Timeline, new TimelineDefinition(3, new TimelinePolicy()), CancellationToken.None).AsTask());
        Assert.True(Interlocked.Read(ref counted) >= 1);
    }

    // Goal: telling nobody makes no garbage.
    [Fact]
    public void nothing_is_allocated_while_nobody_listens()
    {
        var log = new DomainEventLog(new EventCollector(LogLevel.None));
        TellAll(log);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            TellAll(log);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void TellAll(DomainEventLog log)
        {
            log.CaptureBufferFlushed(Agent, Observer, 1, 1);
            log.ChangeDetected(Agent, Observer, default, default, "interval");
            log.DeltaRejected(Agent, ErrorCodes.ComponentLocked);
            log.DeltaConflictDetected(Agent, 1);
            log.TargetStateCorrupted(Agent, default, default, "");
            log.ReplayStarted(Agent);
            log.ReplayCompleted(Agent, 1, TimeSpan.Zero);
            log.BatchCreated(Agent, 1, 1);
            log.BatchCompressed(Agent, 1, 1);
            log.WindowClosed(Agent, 1, 1, 1);
            log.WindowCompacted(Agent, 1, 1);
        }
    }

    private static async Task<HeldStore> OpenAsync(EventCollector events, TimelinePolicy timeline, ObserverPolicy observer, int dimensions = 2, AgentOptions? options = null)
    {
        var store = await HeldStore.OpenAsync(options, new HeldStoreParts { Loggers = events });
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Timeline, new TimelineDefinition(dimensions, timeline), CancellationToken.None);
        await store.Database.Timelines.DefineObserverAsync(CallContext.Local, Workspace, Timeline, Observer, observer, CancellationToken.None);
        return store;
    }

    private static TimelineWrite Setting(int index, float value) => new() { Indices = new[] { index }, Values = new[] { value } };

    private static Task<TimelineWriteResult> WriteAsync(HeldStore store, TimelineWrite write) =>
        store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, Timeline, write, CancellationToken.None).AsTask();

    private static Task<TimelineBatchResult> BatchAsync(HeldStore store, params TimelineWrite[] writes) =>
        store.Database.Timelines.WriteBatchAsync(CallContext.Local, Workspace, Timeline, new TimelineBatch { Deltas = [.. writes] }, CancellationToken.None).AsTask();

    private static Task<ObserverResult> ShowAsync(HeldStore store, params float[] state) =>
        store.Database.Timelines.ObserveAsync(CallContext.Local, Workspace, Timeline, new ObserverCapture { Name = Observer, State = state }, CancellationToken.None).AsTask();

    private static async Task<long> PayloadBytesAsync(HeldStore store, long first)
    {
        var page = await store.Database.Directory.Get<ITimelineAgent>(Agent).ReadDeltasAsync(first - 1, 100, CancellationToken.None);
        return page.Records.Sum(static record => (long)DeltaRecord.Read(record).Payload.Length);
    }

    private static IEnumerable<string> CodesOf(EventCollector events) => events.Of("DeltaRejected").Select(static told => (string)told.Values["Code"]!);
}
