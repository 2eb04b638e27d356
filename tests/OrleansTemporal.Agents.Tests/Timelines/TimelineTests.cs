using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>What a timeline accepts, refuses, recognises and restores.</summary>
public sealed class TimelineTests
{
    private const string Workspace = "default";
    private const string Name = "w";

    [Fact]
    public async Task small_steps_add_up_until_they_are_recorded()
    {
        await using var store = await OpenAsync(2, new TimelinePolicy { MagnitudeThreshold = 0.5 });
        for (var i = 1; i <= 5; i++)
        {
            var result = await StateAsync(store, 0.1f * i, 0);
            Assert.Equal(TimelineOutcome.BelowThreshold, result.Outcome);
        }

        Assert.Equal(TimelineOutcome.Recorded, (await StateAsync(store, 0.6f, 0)).Outcome);
        Assert.Equal([0.6f, 0f], await ReadAsync(store));
    }

    [Fact]
    public async Task components_below_their_bound_stay_until_they_drift_past_it()
    {
        await using var store = await OpenAsync(2, new TimelinePolicy { MinComponentDiff = 0.25f });
        await StateAsync(store, 1f, 0.2f);
        Assert.Equal([1f, 0f], await ReadAsync(store));
        await StateAsync(store, 1f, 0.3f);
        Assert.Equal([1f, 0.3f], await ReadAsync(store));
    }

    [Fact]
    public async Task the_magnitude_is_of_what_was_kept()
    {
        await using var store = await OpenAsync(2, new TimelinePolicy { MinComponentDiff = 1f });
        var result = await StateAsync(store, 3f, 0.9f);
        Assert.Equal((1, 3d, 3d, 0.5), (result.Delta!.DimensionsChanged, result.Delta.L2Norm, result.Delta.MaxComponent, result.Delta.Density));
    }

    [Fact]
    public async Task a_delta_is_applied_once_however_often_it_comes()
    {
        await using var store = await OpenAsync(1);
        var first = await AddAsync(store, 0, 5f, id: "a");
        await AddAsync(store, 0, 1f, id: "b");
        var again = await AddAsync(store, 0, 5f, id: "a");
        Assert.Equal(TimelineOutcome.Known, again.Outcome);
        Assert.Equal(first.Receipt, again.Receipt);
        await store.ReopenAsync(clean: false);
        Assert.Equal(TimelineOutcome.Known, (await AddAsync(store, 0, 5f, id: "a")).Outcome);
        Assert.Equal([6f], await ReadAsync(store));
    }

    [Fact]
    public async Task a_request_that_comes_again_is_answered_as_before()
    {
        await using var store = await OpenAsync(1);
        var call = CallContext.Local with { IdempotencyKey = "k" };
        var write = new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 2f }, IsAdditive = true };
        var first = await store.Database.Timelines.WriteAsync(call, Workspace, Name, write, CancellationToken.None);
        await store.ReopenAsync(clean: false);
        var again = await store.Database.Timelines.WriteAsync(call, Workspace, Name, write, CancellationToken.None);
        Assert.Equal(first.Receipt, again.Receipt);
        Assert.Equal([2f], await ReadAsync(store));
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, async () => await store.Database.Timelines.WriteAsync(call, Workspace, Name, write with { Values = new[] { 3f } }, CancellationToken.None));
    }

    [Fact]
    public async Task adding_and_rolling_back_restores_every_bit()
    {
        await using var store = await OpenAsync(1);
        await AddAsync(store, 0, 0.1f);
        await AddAsync(store, 0, 1e6f);
        await AddAsync(store, 0, -1e6f);
        Assert.NotEqual([0.1f], await ReadAsync(store));
        var back = await RollBackAsync(store, new TimelineRollbackOrder { Count = 2 });
        Assert.Equal(2, back.UndoneCount);
        Assert.Equal([0.1f], await ReadAsync(store));
    }

    [Fact]
    public async Task what_is_undone_is_not_undone_again()
    {
        await using var store = await OpenAsync(1);
        var steps = new List<long>();
        for (var i = 1; i <= 4; i++)
        {
            steps.Add((await StateAsync(store, i)).Receipt!.Sequence);
        }

        await RollBackAsync(store, new TimelineRollbackOrder { Count = 1 });
        Assert.Equal([3f], await ReadAsync(store));
        await RollBackAsync(store, new TimelineRollbackOrder { Count = 1 });
        Assert.Equal([2f], await ReadAsync(store));
        await StateAsync(store, 9f);
        await RollBackAsync(store, new TimelineRollbackOrder { Count = 1 });
        Assert.Equal([2f], await ReadAsync(store));

        // The same place again is no step, and a step that was undone can be come back to.
        Assert.Equal(TimelineOutcome.Known, (await RollBackAsync(store, new TimelineRollbackOrder { ToSequence = steps[1] })).Outcome);
        await RollBackAsync(store, new TimelineRollbackOrder { ToSequence = steps[3] });
        Assert.Equal([4f], await ReadAsync(store));
        await RefusedAsync(ErrorCodes.NothingToRollBack, () => RollBackAsync(store, new TimelineRollbackOrder { Count = 5 }));
        await RollBackAsync(store, new TimelineRollbackOrder { Count = 4 });
        Assert.Equal([0f], await ReadAsync(store));
    }

    [Fact]
    public async Task rollback_to_an_instant_restores_what_was_known_then()
    {
        await using var store = await OpenAsync(1);
        var first = await StateAsync(store, 1f);
        store.Time.Advance(TimeSpan.FromSeconds(5));
        await StateAsync(store, 2f);
        await RollBackAsync(store, new TimelineRollbackOrder { To = first.Receipt!.SystemTime });
        Assert.Equal([1f], await ReadAsync(store));
        Assert.Equal([2f], await ReadAsync(store, AsOf.After(first.Receipt.Sequence + 1)));
    }

    [Fact]
    public async Task what_the_policy_forbids_is_refused_and_changes_nothing()
    {
        await using var store = await OpenAsync(3, new TimelinePolicy { LockedDimensions = [1], MaxMagnitude = 10 });
        await RefusedAsync(ErrorCodes.ComponentLocked, () => StateAsync(store, 0, 1f, 0));
        await RefusedAsync(ErrorCodes.ComponentLocked, () => AddAsync(store, 1, 1f));
        await RefusedAsync(ErrorCodes.MagnitudeExceeded, () => StateAsync(store, 11f, 0, 0));
        await RefusedAsync(ErrorCodes.DimensionMismatch, () => StateAsync(store, 1f));
        await RefusedAsync(ErrorCodes.InvalidField, () => StateAsync(store, float.NaN, 0, 0));
        await RefusedAsync(ErrorCodes.InvalidField, () => AddAsync(store, 3, 1f));
        Assert.Equal(0, (await InfoAsync(store)).StepCount);
        Assert.Equal([0f, 0f, 0f], await ReadAsync(store));
    }

    [Fact]
    public async Task a_sum_that_is_not_finite_is_refused()
    {
        await using var store = await OpenAsync(1);
        await StateAsync(store, float.MaxValue);
        await RefusedAsync(ErrorCodes.InvalidField, () => AddAsync(store, 0, float.MaxValue));
    }

    [Fact]
    public async Task a_delta_without_its_parent_is_refused()
    {
        await using var store = await OpenAsync(1);
        await RefusedAsync(ErrorCodes.ParentUnknown, () => AddAsync(store, 0, 1f, id: "b", parent: "a"));
        Assert.Equal(0, (await InfoAsync(store)).StepCount);
    }

    [Fact]
    public async Task a_delta_without_its_parent_waits_for_it_where_the_policy_says_so()
    {
        await using var store = await OpenAsync(1, new TimelinePolicy { Gap = TimelineGapRule.Buffer });
        Assert.Equal(TimelineOutcome.Buffered, (await AddAsync(store, 0, 4f, id: "c", parent: "b")).Outcome);
        Assert.Equal(TimelineOutcome.Buffered, (await AddAsync(store, 0, 2f, id: "b", parent: "a")).Outcome);
        Assert.Equal(TimelineOutcome.Buffered, (await AddAsync(store, 0, 2f, id: "b", parent: "a")).Outcome);
        await store.ReopenAsync(clean: false);
        Assert.Equal(2, (await InfoAsync(store)).BufferedCount);
        Assert.Equal([0f], await ReadAsync(store));
        await AddAsync(store, 0, 1f, id: "a");
        Assert.Equal([7f], await ReadAsync(store));
        var info = await InfoAsync(store);
        Assert.Equal((0, 3), (info.BufferedCount, info.StepCount));
        await store.ReopenAsync(clean: false);
        Assert.Equal([7f], await ReadAsync(store));
    }

    [Theory]
    [InlineData(TimelineConflictRule.LastWriteWins, 5f)]
    [InlineData(TimelineConflictRule.FirstWriteWins, 1f)]
    [InlineData(TimelineConflictRule.Merge, 3f)]
    [InlineData(TimelineConflictRule.Reject, null)]
    public async Task who_writes_behind_an_older_delta_meets_the_rule(TimelineConflictRule rule, float? expected)
    {
        await using var store = await OpenAsync(2, new TimelinePolicy { Conflict = rule });
        var first = await StateAsync(store, 0, 1f);
        await StateAsync(store, 1f, 1f);
        var write = new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 5f }, Parent = first.Delta!.Sequence.ToString() };
        if (expected is null)
        {
            await RefusedAsync(ErrorCodes.MergeConflict, () => WriteAsync(store, write));
            Assert.Equal([1f, 1f], await ReadAsync(store));
        }
        else
        {
            await WriteAsync(store, write);
            Assert.Equal([expected.Value, 1f], await ReadAsync(store));
        }
    }

    [Fact]
    public async Task branches_begin_anywhere_and_main_is_one_of_them()
    {
        await using var store = await OpenAsync(1);
        var first = await StateAsync(store, 1f);
        await StateAsync(store, 2f);
        await BranchAsync(store, "old", AsOf.After(first.Receipt!.Sequence));
        Assert.Equal([1f], await ReadAsync(store, branch: "old"));
        await WriteAsync(store, new TimelineWrite { Branch = "old", Indices = new[] { 0 }, Values = new[] { 7f } });
        Assert.Equal([2f], await ReadAsync(store));
        Assert.Equal(["main", "old"], (await InfoAsync(store)).Branches.Select(static branch => branch.Name));
        await RefusedAsync(ErrorCodes.BranchExists, () => BranchAsync(store, "old", AsOf.Latest));
        await RefusedAsync(ErrorCodes.BranchExists, () => BranchAsync(store, "main", AsOf.Latest));
        await RefusedAsync(ErrorCodes.BranchNotFound, () => ReadAsync(store, branch: "none"));
        var merged = await store.Database.Timelines.MergeAsync(CallContext.Local, Workspace, Name, new TimelineMergeOrder { Source = "main", Into = "old" }, CancellationToken.None);
        Assert.Equal([first.Receipt.Sequence], merged.Base.AsEnumerable());
        Assert.Equal([7f], await ReadAsync(store, branch: "old"));
    }

    [Fact]
    public async Task a_branch_that_is_removed_is_there_for_the_past()
    {
        await using var store = await OpenAsync(1);
        await StateAsync(store, 1f);
        await BranchAsync(store, "b", AsOf.Latest);
        var step = await WriteAsync(store, new TimelineWrite { Branch = "b", Indices = new[] { 0 }, Values = new[] { 2f } });
        await RefusedAsync(ErrorCodes.BranchProtected, () => RemoveAsync(store, "main"));
        await RemoveAsync(store, "b");
        await RefusedAsync(ErrorCodes.BranchNotFound, () => ReadAsync(store, branch: "b"));
        Assert.Equal([2f], await ReadAsync(store, AsOf.At(step.Receipt!.SystemTime), "b"));
        await BranchAsync(store, "b", AsOf.Latest);
        await store.ReopenAsync(clean: false);
        Assert.Equal([1f], await ReadAsync(store, branch: "b"));
    }

    [Fact]
    public async Task a_merge_takes_what_one_side_changed_and_names_what_both_did()
    {
        await using var store = await OpenAsync(3);
        var fork = await StateAsync(store, 1f, 1f, 1f);
        await BranchAsync(store, "b", AsOf.Latest);
        await WriteAsync(store, new TimelineWrite { Branch = "b", Indices = new[] { 0, 2 }, Values = new[] { 2f, 5f } });
        await WriteAsync(store, new TimelineWrite { Indices = new[] { 1, 2 }, Values = new[] { 3f, 7f } });
        var order = new TimelineMergeOrder { Source = "b", Conflict = TimelineConflictRule.Reject };
        await RefusedAsync(ErrorCodes.MergeConflict, () => MergeAsync(store, order));
        Assert.Equal([1f, 3f, 7f], await ReadAsync(store));
        var merged = await store.Database.Timelines.MergeAsync(CallContext.Local, Workspace, Name, order, static conflict => conflict.Ours + conflict.Theirs, CancellationToken.None);
        Assert.Equal(new TimelineConflict(2, 1f, 7f, 5f, 12f), Assert.Single(merged.Conflicts));
        Assert.Equal([fork.Receipt!.Sequence], merged.Base.AsEnumerable());
        Assert.Equal([2f, 3f, 12f], await ReadAsync(store));
        Assert.Equal(2, merged.Delta!.Parents.Length);

        // What is in already is not merged again, and a branch is not merged into itself.
        Assert.Null((await MergeAsync(store, order)).Delta);
        await RefusedAsync(ErrorCodes.InvalidField, () => MergeAsync(store, new TimelineMergeOrder { Source = "b", Into = "b" }));
        await RefusedAsync(ErrorCodes.BranchNotFound, () => MergeAsync(store, new TimelineMergeOrder { Source = "none" }));
    }

    [Fact]
    public async Task branches_that_were_merged_crosswise_have_both_ancestors()
    {
        await using var store = await OpenAsync(2);
        await StateAsync(store, 1f, 1f);
        await BranchAsync(store, "b", AsOf.Latest);
        var ours = await StateAsync(store, 2f, 1f);
        var theirs = await WriteAsync(store, new TimelineWrite { Branch = "b", Indices = new[] { 1 }, Values = new[] { 3f } });
        await BranchAsync(store, "ours", AsOf.Latest);
        await MergeAsync(store, new TimelineMergeOrder { Source = "b" });
        await MergeAsync(store, new TimelineMergeOrder { Source = "ours", Into = "b" });
        var seen = await MergeAsync(store, new TimelineMergeOrder { Source = "b", IsDryRun = true });
        Assert.Equal([theirs.Receipt!.Sequence, ours.Receipt!.Sequence], seen.Base.AsEnumerable());
    }

    [Fact]
    public async Task marks_lead_back_to_the_newest_good_step()
    {
        await using var store = await OpenAsync(1);
        var first = await StateAsync(store, 1f);
        var second = await StateAsync(store, 2f);
        await StateAsync(store, 3f);
        await RefusedAsync(ErrorCodes.MarkNotFound, () => ReadAsync(store, label: "good"));
        await MarkAsync(store, first, "good");
        await MarkAsync(store, second, "good");
        Assert.Equal([2f], await ReadAsync(store, label: "good"));
        await MarkAsync(store, second, "bad");
        Assert.Equal([1f], await ReadAsync(store, label: "good"));
        Assert.Equal([2f], await ReadAsync(store, label: "bad"));
        await MarkAsync(store, second, "release-1");
        await store.ReopenAsync(clean: false);
        Assert.Equal([2f], await ReadAsync(store, label: "release-1"));
        Assert.Equal(4, (await store.Database.Timelines.ListMarksAsync(CallContext.Local, Workspace, Name, CancellationToken.None)).Length);
        await RefusedAsync(ErrorCodes.StepNotFound, async () => await store.Database.Timelines.MarkAsync(CallContext.Local, Workspace, Name, new TimelineMark { Sequence = 1_000, Label = "good" }, CancellationToken.None));
    }

    [Fact]
    public async Task steps_are_listed_with_what_they_follow_from_and_found_by_metadata()
    {
        await using var store = await OpenAsync(1);
        for (var i = 1; i <= 5; i++)
        {
            await WriteAsync(store, new TimelineWrite { State = new float[] { i }, Metadata = [new("epoch", (i % 2).ToString())] });
        }

        var query = new TimelineDeltaQuery { Span = new TimelineSpan(), Limit = 2 };
        var listed = new List<TimelineDelta>();
        for (var hasMore = true; hasMore;)
        {
            var page = await store.Database.Timelines.ListAsync(CallContext.Local, Workspace, Name, query, CancellationToken.None);
            listed.AddRange(page.Deltas);
            (hasMore, query) = (page.HasMore, query with { AfterSequence = listed[^1].Sequence });
        }

        Assert.Equal(5, listed.Count);
        Assert.Equal(listed.SkipLast(1).Select(static delta => delta.Sequence), listed.Skip(1).Select(static delta => Assert.Single(delta.Parents)));
        var even = await store.Database.Timelines.ListAsync(
            CallContext.Local, Workspace, Name, new TimelineDeltaQuery { Span = new TimelineSpan(), Metadata = [new("epoch", "0")] }, CancellationToken.None);
        Assert.Equal([listed[1].Sequence, listed[3].Sequence], even.Deltas.Select(static delta => delta.Sequence));
    }

    [Fact]
    public async Task a_timeline_keeps_its_dimensions_and_its_policy_may_change()
    {
        await using var store = await OpenAsync(2);
        await RefusedAsync(ErrorCodes.DimensionsFixed, async () => await DefineAsync(store, 3, new TimelinePolicy()));
        await DefineAsync(store, 2, new TimelinePolicy { LockedDimensions = [0] });
        var sequence = (await InfoAsync(store)).DefinitionSequence;
        await DefineAsync(store, 2, new TimelinePolicy { LockedDimensions = [0] });
        await store.ReopenAsync(clean: false);
        Assert.Equal(sequence, (await InfoAsync(store)).DefinitionSequence);
        await RefusedAsync(ErrorCodes.ComponentLocked, () => StateAsync(store, 1f, 0));
        await RefusedAsync(ErrorCodes.TimelineNotFound, async () => await store.Database.Timelines.GetInfoAsync(CallContext.Local, Workspace, "other", CancellationToken.None));
    }

    [Fact]
    public async Task a_moment_before_the_timeline_has_no_state()
    {
        await using var store = await HeldStore.OpenAsync();
        var before = store.Services.Clock.Next();
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await DefineAsync(store, 1, new TimelinePolicy());
        var defined = store.Services.Clock.Next();
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await StateAsync(store, 1f);
        await RefusedAsync(ErrorCodes.NoValueAt, () => ReadAsync(store, AsOf.At(before)));
        Assert.Equal([0f], await ReadAsync(store, AsOf.At(defined)));
        await RefusedAsync(ErrorCodes.AsOfInFuture, () => ReadAsync(store, AsOf.At(HybridTimestamp.FromMilliseconds(store.Time.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds()))));
    }

    [Fact]
    public async Task timelines_are_agents_like_others()
    {
        await using var store = await OpenAsync(1);
        var step = await StateAsync(store, 1f);
        var status = Assert.Single(await store.Database.Agents.ListAsync(CallContext.Local, Workspace, AgentKind.Timelines, CancellationToken.None));
        Assert.Equal((step.Receipt!.Sequence, step.Receipt.Root), (status.Sequence, status.Root));
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
        Assert.Equal(Name, Assert.Single(await store.Database.Timelines.ListNamesAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)));
    }

    private static async Task<HeldStore> OpenAsync(int dimensions, TimelinePolicy? policy = null)
    {
        var store = await HeldStore.OpenAsync();
        await DefineAsync(store, dimensions, policy ?? new TimelinePolicy());
        return store;
    }

    private static async Task<Receipt> DefineAsync(HeldStore store, int dimensions, TimelinePolicy policy) =>
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(dimensions, policy), CancellationToken.None);

    private static Task<TimelineWriteResult> StateAsync(HeldStore store, params float[] state) => WriteAsync(store, new TimelineWrite { State = state });

    private static Task<TimelineWriteResult> AddAsync(HeldStore store, int index, float value, string? id = null, string? parent = null) =>
        WriteAsync(store, new TimelineWrite { Indices = new[] { index }, Values = new[] { value }, IsAdditive = true, Id = id, Parent = parent });

    private static async Task<TimelineWriteResult> WriteAsync(HeldStore store, TimelineWrite write) =>
        await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, Name, write, CancellationToken.None);

    private static async Task<TimelineWriteResult> RollBackAsync(HeldStore store, TimelineRollbackOrder order) =>
        await store.Database.Timelines.RollBackAsync(CallContext.Local, Workspace, Name, order, CancellationToken.None);

    private static async Task<TimelineMergeResult> MergeAsync(HeldStore store, TimelineMergeOrder order) =>
        await store.Database.Timelines.MergeAsync(CallContext.Local, Workspace, Name, order, CancellationToken.None);

    private static async Task<Receipt> BranchAsync(HeldStore store, string name, AsOf asOf) =>
        await store.Database.Timelines.BranchAsync(
            CallContext.Local, Workspace, Name, new TimelineBranchOrder { Name = name, From = new TimelineMoment { AsOf = asOf } }, CancellationToken.None);

    private static async Task<Receipt> RemoveAsync(HeldStore store, string name) =>
        await store.Database.Timelines.BranchAsync(CallContext.Local, Workspace, Name, new TimelineBranchOrder { Name = name, Remove = true }, CancellationToken.None);

    private static async Task<Receipt> MarkAsync(HeldStore store, TimelineWriteResult step, string label) =>
        await store.Database.Timelines.MarkAsync(CallContext.Local, Workspace, Name, new TimelineMark { Sequence = step.Receipt!.Sequence, Label = label }, CancellationToken.None);

    private static async Task<TimelineInfo> InfoAsync(HeldStore store) => await store.Database.Timelines.GetInfoAsync(CallContext.Local, Workspace, Name, CancellationToken.None);

    private static async Task<IEnumerable<float>> ReadAsync(HeldStore store, AsOf asOf = default, string branch = "main", string? label = null) =>
        (await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { Branch = branch, AsOf = asOf, Label = label }, CancellationToken.None)).Values.ToArray();

    private static async Task RefusedAsync<T>(string code, Func<Task<T>> act) => Assert.Equal(code, (await Assert.ThrowsAsync<TemporalException>(act)).Code);
}
