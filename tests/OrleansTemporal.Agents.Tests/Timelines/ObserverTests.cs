using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>What observers record, coalesce, leave out and refuse.</summary>
public sealed class ObserverTests
{
    private const string Workspace = "default";
    private const string Timeline = "w";
    private const string Name = "sensor";

    [Fact]
    public async Task the_defaults_are_those_of_the_specification()
    {
        var policy = new ObserverPolicy();
        Assert.Equal((TimeSpan.FromMilliseconds(100), 1e-6, 1_000, false, ObserverDetector.L2), (policy.MinInterval, policy.MagnitudeThreshold, policy.BufferLimit, policy.Heartbeats, policy.Detector));
        await using var store = await OpenAsync(policy);
        var info = await InfoAsync(store);
        Assert.Equal((Name, policy, ObserverStatus.Active, 0L, 0), (info.Name, info.Policy, info.Status, info.CapturedSequence, info.PendingCount));
    }

    [Fact]
    public async Task states_within_the_interval_are_coalesced_and_the_newest_counts()
    {
        await using var store = await OpenAsync(new ObserverPolicy());
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 1f, 0)).Outcome);
        for (var i = 2; i <= 4; i++)
        {
            var waiting = await ShowAsync(store, i, 0);
            Assert.Equal((ObserverOutcome.Pending, i - 1), (waiting.Outcome, waiting.PendingCount));
        }

        Assert.Equal([1f, 0f], await ReadAsync(store));
        store.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 5f, 0)).Outcome);
        Assert.Equal([5f, 0f], await ReadAsync(store));
        var info = await InfoAsync(store);
        Assert.Equal((2L, 3L, 0L, 0, 2.5, 5 * 2 * sizeof(float)), (info.Metrics.DeltasCaptured, info.Metrics.StatesCoalesced, info.Metrics.DeltasFiltered, info.PendingCount, info.Metrics.AverageMagnitude, info.Metrics.BytesProcessed));
    }

    [Fact]
    public async Task what_waits_is_recorded_by_housekeeping_once_it_is_due()
    {
        await using var store = await OpenAsync(new ObserverPolicy());
        await ShowAsync(store, 1f, 0);
        await ShowAsync(store, 2f, 0);
        await store.MaintainAsync();
        Assert.Equal([1f, 0f], await ReadAsync(store));
        store.Time.Advance(TimeSpan.FromMilliseconds(100));
        await store.MaintainAsync();
        Assert.Equal([2f, 0f], await ReadAsync(store));
        Assert.Equal(0, (await InfoAsync(store)).PendingCount);
    }

    [Fact]
    public async Task a_full_buffer_is_recorded_whatever_the_interval_says()
    {
        await using var store = await OpenAsync(new ObserverPolicy { BufferLimit = 3, MinInterval = TimeSpan.FromHours(1) });
        ObserverOutcome[] expected = [ObserverOutcome.Captured, ObserverOutcome.Pending, ObserverOutcome.Pending, ObserverOutcome.Captured, ObserverOutcome.Pending, ObserverOutcome.Pending, ObserverOutcome.Captured];
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], (await ShowAsync(store, i + 1, 0)).Outcome);
        }

        Assert.Equal([7f, 0f], await ReadAsync(store));
    }

    [Fact]
    public async Task a_heartbeat_is_a_step_without_components()
    {
        await using var store = await OpenAsync(new ObserverPolicy { Heartbeats = true, MagnitudeThreshold = 0.5 });
        await ShowAsync(store, 1f, 0);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        var beat = await ShowAsync(store, 1.1f, 0);
        Assert.Equal((ObserverOutcome.Heartbeat, 0, TimelineChange.Observe), (beat.Outcome, beat.Delta!.DimensionsChanged, beat.Delta.Change));
        Assert.Equal(ObserverOutcome.Pending, (await ShowAsync(store, 1f, 0)).Outcome);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 1.6f, 0)).Outcome);
        var metrics = (await InfoAsync(store)).Metrics;
        Assert.Equal((2L, 1L, 0L), (metrics.DeltasCaptured, metrics.Heartbeats, metrics.DeltasFiltered));
    }

    [Fact]
    public async Task small_changes_are_left_out_until_they_have_added_up()
    {
        await using var store = await OpenAsync(new ObserverPolicy { MinInterval = TimeSpan.Zero, MagnitudeThreshold = 0.5 });
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(ObserverOutcome.Filtered, (await ShowAsync(store, 0.1f * i, 0)).Outcome);
        }

        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 0.6f, 0)).Outcome);
        Assert.Equal(5, (await InfoAsync(store)).Metrics.DeltasFiltered);
    }

    [Fact]
    public async Task the_larger_of_both_thresholds_counts()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, new TimelinePolicy { MagnitudeThreshold = 2 }, new ObserverPolicy { MinInterval = TimeSpan.Zero });
        Assert.Equal(ObserverOutcome.Filtered, (await ShowAsync(store, 2f, 0)).Outcome);
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 2.1f, 0)).Outcome);
    }

    [Fact]
    public async Task a_cosine_detector_asks_for_the_direction()
    {
        await using var store = await OpenAsync(new ObserverPolicy { MinInterval = TimeSpan.Zero, Detector = ObserverDetector.Cosine, MagnitudeThreshold = 0.01 });
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 1f, 0)).Outcome);
        Assert.Equal(ObserverOutcome.Filtered, (await ShowAsync(store, 100f, 0)).Outcome);
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 1f, 1f)).Outcome);
    }

    [Fact]
    public async Task an_adaptive_detector_makes_steps_as_large_as_what_usually_happens()
    {
        await using var store = await OpenAsync(new ObserverPolicy { MinInterval = TimeSpan.Zero, Detector = ObserverDetector.Adaptive, AdaptiveFactor = 3.5 });
        var captured = new List<float>();
        for (var i = 1; i <= 17; i++)
        {
            if ((await ShowAsync(store, i, 0)).Outcome == ObserverOutcome.Captured)
            {
                captured.Add(i);
            }
        }

        // Drift is recorded as often as it has come four times as far as from one state to the next.
        Assert.Equal([1f, 5f, 9f, 13f, 17f], captured);
    }

    [Fact]
    public async Task significance_is_the_way_that_was_gone()
    {
        await using var store = await OpenAsync(new ObserverPolicy { MinInterval = TimeSpan.Zero, Significance = 4 });
        var captured = new List<int>();
        for (var i = 1; i <= 12; i++)
        {
            if ((await ShowAsync(store, i % 2, 0)).Outcome == ObserverOutcome.Captured)
            {
                captured.Add(i);
            }
        }

        // To and fro, one at a time: the way is longer than four with every fifth state.
        Assert.Equal([5, 10], captured);
    }

    [Fact]
    public async Task a_paused_observer_has_recorded_what_waited_and_refuses_states_through_a_restart()
    {
        await using var store = await OpenAsync(new ObserverPolicy());
        await ShowAsync(store, 1f, 0);
        await ShowAsync(store, 2f, 0);
        var paused = await ControlAsync(store, ObserverAction.Pause, "maintenance");
        Assert.Equal((ObserverOutcome.Captured, ObserverStatus.Paused), (paused.Outcome, paused.Status));
        Assert.Equal([2f, 0f], await ReadAsync(store));
        await RefusedAsync(ErrorCodes.ObserverNotActive, () => ShowAsync(store, 3f, 0));
        await store.ReopenAsync(clean: false);
        await RefusedAsync(ErrorCodes.ObserverNotActive, () => ShowAsync(store, 3f, 0));
        var info = await InfoAsync(store);
        Assert.Equal((ObserverStatus.Paused, "maintenance"), (info.Status, info.Reason));
        var resumed = await ControlAsync(store, ObserverAction.Resume);
        Assert.Equal(resumed.Receipt, (await ControlAsync(store, ObserverAction.Resume)).Receipt);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 3f, 0)).Outcome);
    }

    [Fact]
    public async Task a_removed_observer_is_there_again_when_it_is_defined_again()
    {
        await using var store = await OpenAsync(new ObserverPolicy());
        await ShowAsync(store, 1f, 0);
        await ControlAsync(store, ObserverAction.Terminate);
        await RefusedAsync(ErrorCodes.ObserverNotActive, () => ShowAsync(store, 2f, 0));
        await RefusedAsync(ErrorCodes.ObserverNotActive, () => ControlAsync(store, ObserverAction.Resume));
        Assert.Equal(ObserverStatus.Terminated, (await InfoAsync(store)).Status);
        await DefineObserverAsync(store, Name, new ObserverPolicy { MinInterval = TimeSpan.Zero });
        Assert.Equal(ObserverOutcome.Captured, (await ShowAsync(store, 2f, 0)).Outcome);
        Assert.Equal(2, (await InfoAsync(store)).Metrics.DeltasCaptured);
    }

    [Fact]
    public async Task what_the_timeline_refuses_is_the_observers_last_error()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, new TimelinePolicy { LockedDimensions = [1], MaxMagnitude = 10 }, new ObserverPolicy { MinInterval = TimeSpan.Zero });
        await RefusedAsync(ErrorCodes.ComponentLocked, () => ShowAsync(store, 0, 1f));
        var info = await InfoAsync(store);
        Assert.Equal(ObserverStatus.Error, info.Status);
        Assert.Contains("Component 1", info.Metrics.LastError, StringComparison.Ordinal);
        await RefusedAsync(ErrorCodes.MagnitudeExceeded, () => ShowAsync(store, 11f, 0));
        await RefusedAsync(ErrorCodes.DimensionMismatch, () => ShowAsync(store, 1f));
        await RefusedAsync(ErrorCodes.InvalidField, () => ShowAsync(store, float.NaN, 0));
        await ShowAsync(store, 1f, 0);
        info = await InfoAsync(store);
        Assert.Equal((ObserverStatus.Active, null), (info.Status, info.Metrics.LastError));
    }

    [Fact]
    public async Task what_waits_and_is_refused_later_is_dropped_with_its_reason()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, new TimelinePolicy { MaxMagnitude = 10 }, new ObserverPolicy());
        await ShowAsync(store, 1f, 0);
        Assert.Equal(ObserverOutcome.Pending, (await ShowAsync(store, 100f, 0)).Outcome);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await store.MaintainAsync();
        var info = await InfoAsync(store);
        Assert.Equal((ObserverStatus.Error, 0), (info.Status, info.PendingCount));
        await store.MaintainAsync();
        Assert.Equal([1f, 0f], await ReadAsync(store));
    }

    [Fact]
    public async Task observers_keep_to_their_branches_and_their_number()
    {
        await using var store = await OpenAsync(new ObserverPolicy());
        await RefusedAsync(ErrorCodes.BranchNotFound, () => DefineObserverAsync(store, "b", new ObserverPolicy { Branch = "b" }));
        await store.Database.Timelines.BranchAsync(CallContext.Local, Workspace, Timeline, new TimelineBranchOrder { Name = "b" }, CancellationToken.None);
        await DefineObserverAsync(store, "b", new ObserverPolicy { Branch = "b" });
        await ShowToAsync(store, "b", 4f, 4f);
        Assert.Equal([0f, 0f], await ReadAsync(store));
        Assert.Equal([4f, 4f], await ReadAsync(store, "b"));
        for (var i = 2; i < Limits.TimelineObserversMax; i++)
        {
            await DefineObserverAsync(store, $"o{i}", new ObserverPolicy());
        }

        await RefusedAsync(ErrorCodes.InvalidField, () => DefineObserverAsync(store, "onemore", new ObserverPolicy()));
        await RefusedAsync(ErrorCodes.ObserverNotFound, () => ShowToAsync(store, "onemore", 1f, 1f));
    }

    [Fact]
    public async Task an_observer_that_can_not_be_is_refused()
    {
        await using var store = await OpenAsync(new ObserverPolicy());
        ObserverPolicy[] wrong =
        [
            new() { BufferLimit = 0 },
            new() { BufferLimit = Limits.ObserverBufferMax + 1 },
            new() { MinInterval = TimeSpan.FromDays(Limits.ObserverIntervalDaysMax) + TimeSpan.FromMilliseconds(1) },
            new() { MinInterval = TimeSpan.FromMilliseconds(-1) },
            new() { MagnitudeThreshold = double.NaN },
            new() { MagnitudeThreshold = -1 },
            new() { Detector = (ObserverDetector)9 },
            new() { AdaptiveFactor = 0 },
            new() { Significance = 0 },
        ];
        foreach (var policy in wrong)
        {
            await RefusedAsync(ErrorCodes.InvalidField, () => DefineObserverAsync(store, "wrong", policy));
        }
    }

    [Fact]
    public async Task a_state_that_comes_again_with_its_key_is_recorded_once()
    {
        await using var store = await OpenAsync(new ObserverPolicy { MinInterval = TimeSpan.Zero });
        var call = CallContext.Local with { IdempotencyKey = "k" };
        var capture = new ObserverCapture { Name = Name, State = new[] { 1f, 2f } };
        var first = await store.Database.Timelines.ObserveAsync(call, Workspace, Timeline, capture, CancellationToken.None);
        await ShowAsync(store, 5f, 5f);
        await store.ReopenAsync(clean: false);
        var again = await store.Database.Timelines.ObserveAsync(call, Workspace, Timeline, capture, CancellationToken.None);
        Assert.Equal((ObserverOutcome.Captured, first.Receipt), (again.Outcome, again.Receipt));
        Assert.Equal([5f, 5f], await ReadAsync(store));
    }

    [Fact]
    public async Task steps_of_an_observer_carry_its_name_and_who_showed_the_state()
    {
        await using var store = await OpenAsync(new ObserverPolicy());
        var shown = await ShowAsync(store, 1f, 1f);
        Assert.Contains(KeyValuePair.Create("observer", Name), shown.Delta!.Metadata);
        var capture = new ObserverCapture { Name = Name, State = new[] { 1f, 2f }, Metadata = [KeyValuePair.Create("observer", "other")] };
        await RefusedAsync(ErrorCodes.InvalidField, async () => await store.Database.Timelines.ObserveAsync(CallContext.Local, Workspace, Timeline, capture, CancellationToken.None));
    }

    private static async Task<HeldStore> OpenAsync(ObserverPolicy policy)
    {
        var store = await HeldStore.OpenAsync();
        await DefineAsync(store, new TimelinePolicy(), policy);
        return store;
    }

    private static async Task DefineAsync(HeldStore store, TimelinePolicy policy, ObserverPolicy observer)
    {
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Timeline, new TimelineDefinition(2, policy), CancellationToken.None);
        await DefineObserverAsync(store, Name, observer);
    }

    private static async Task<Receipt> DefineObserverAsync(HeldStore store, string name, ObserverPolicy policy) =>
        await store.Database.Timelines.DefineObserverAsync(CallContext.Local, Workspace, Timeline, name, policy, CancellationToken.None);

    private static Task<ObserverResult> ShowAsync(HeldStore store, params float[] state) => ShowToAsync(store, Name, state);

    private static async Task<ObserverResult> ShowToAsync(HeldStore store, string name, params float[] state) =>
        await store.Database.Timelines.ObserveAsync(CallContext.Local, Workspace, Timeline, new ObserverCapture { Name = name, State = state }, CancellationToken.None);

    private static async Task<ObserverResult> ControlAsync(HeldStore store, ObserverAction action, string reason = "") => await store.Database.Timelines.ControlObserverAsync(
        CallContext.Local, Workspace, Timeline, new ObserverOrder { Name = Name, Action = action, Reason = reason }, CancellationToken.None);

    private static async Task<ObserverInfo> InfoAsync(HeldStore store) =>
        await store.Database.Timelines.GetObserverAsync(CallContext.Local, Workspace, Timeline, Name, CancellationToken.None);

    private static async Task<IEnumerable<float>> ReadAsync(HeldStore store, string branch = "main") =>
        (await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Timeline, new TimelineMoment { Branch = branch }, CancellationToken.None)).Values.ToArray();

    private static async Task RefusedAsync<T>(string code, Func<Task<T>> act) => Assert.Equal(code, (await Assert.ThrowsAsync<TemporalException>(act)).Code);
}
