using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Signals;
using static OrleansTemporal.Agents.Tests.Signals.SignalTestCalls;

namespace OrleansTemporal.Agents.Tests.Signals;

/// <summary>A ledger as its callers see it.</summary>
public sealed class SignalLedgerTests
{
    [Fact]
    public async Task a_score_decays_and_windows_pass()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync();
        await ledger.RecordAsync([Event("v1", store.Now(), 8)]);
        await ledger.RecordAsync([Event("v1", store.Ago(TimeSpan.FromHours(2))), Event("v1", store.Ago(TimeSpan.FromDays(3)), 2)]);

        var reading = await ledger.GetAsync("v1", store.Now());
        var view = reading.Of("view");
        Assert.Equal(8 + Math.Pow(2, -2.0 / 24 / 7) + (2 * Math.Pow(2, -3.0 / 7)), view.Scores[0].Value, 9);
        Assert.Equal(8 + Math.Pow(2, -2.0 / 24) + (2 * Math.Pow(2, -3.0)), view.Scores[1].Value, 9);
        Assert.Equal([TimeSpan.FromDays(7), TimeSpan.FromDays(1)], view.Scores.Select(static score => score.HalfLife.Time));
        Assert.Equal("1 2 3", reading.CountsOf());
        Assert.Equal([8.0, 9, 11], view.Windows.Select(static window => window.Sum));
        Assert.Equal((3L, 11.0), (view.Count, view.Sum));
        Assert.Equal(1 / 3_600.0, view.Windows[0].Velocity, 12);
        Assert.Equal(store.Now(), view.LastEvent);
        Assert.Equal((0L, 0.0, null), (reading.Of("buy").Count, reading.Of("buy").Scores[0].Value, reading.Of("buy").LastEvent));

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(7));
        reading = await ledger.GetAsync("v1");
        Assert.Equal("0 0 0", reading.CountsOf());
        Assert.Equal(view.Scores[0].Value / 2, reading.Of("view").Scores[0].Value, 6);
        Assert.Equal(3, reading.Of("view").Count);
    }

    [Fact]
    public async Task an_entity_that_nobody_knows_has_zeros()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync();
        var reading = await ledger.GetAsync("nobody");
        Assert.Equal(["view", "buy"], reading.Signals.Select(static values => values.Signal));
        Assert.All(reading.Signals, static values => Assert.Equal((0L, 0.0), (values.Count, values.Scores[0].Value)));
        Assert.Empty(await ledger.TopAsync(new SignalTopQuery { Signal = "view" }));
    }

    [Fact]
    public async Task the_same_id_counts_once_within_a_day()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync();
        var first = await ledger.RecordAsync([Event("v1", id: "a"), Event("v1", id: "a"), Event("v1", id: "b"), Event("v2", id: "a"), Event("v1", id: "a", signal: "buy")]);
        Assert.Equal((4, 1), (first.Accepted, first.Duplicates));
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(23.9));
        foreach (var reopen in (bool?[])[null, true, false])
        {
            if (reopen is { } clean)
            {
                await SealAsync(store.AgentOf());
                await store.ReopenAsync(clean);
                ledger = store.SignalsOf();
            }

            var again = await ledger.RecordAsync([Event("v1", id: "a"), Event("v1", id: "b"), Event("v1", id: $"c{reopen}")]);
            Assert.Equal((1, 2), (again.Accepted, again.Duplicates));
        }

        Assert.Equal(5, (await ledger.GetAsync("v1")).Of("view").Count);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(0.2));
        Assert.Equal(1, (await ledger.RecordAsync([Event("v1", id: "a")])).Accepted);
    }

    [Fact]
    public async Task a_batch_that_comes_again_under_its_key_gets_its_first_answer()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync(partitions: 3);
        var call = CallContext.Local with { IdempotencyKey = "k1" };
        ImmutableArray<SignalEvent> events = [.. Enumerable.Range(0, 40).Select(static i => Event($"v{i}", id: i % 10 == 0 ? "same" : null)), Event("v0", id: "same")];
        var first = await store.Database.SignalService.RecordAsync(call, Workspace, Ledger, events, CancellationToken.None);
        Assert.Equal((40, 1, 3), (first.Accepted, first.Duplicates, first.Results.Length));
        await store.ReopenAsync(clean: false);
        var again = await store.Database.SignalService.RecordAsync(call, Workspace, Ledger, events, CancellationToken.None);
        Assert.Equal(first.Results.Select(static result => result.Receipt), again.Results.Select(static result => result.Receipt));
        Assert.Equal((40, 1), (again.Accepted, again.Duplicates));
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => store.Database.SignalService.RecordAsync(call, Workspace, Ledger, [Event("v0")], CancellationToken.None));
        Assert.Equal(1, (await store.SignalsOf().GetAsync("v0")).Of("view").Count);
    }

    [Fact]
    public async Task an_event_ahead_of_its_time_waits_for_it()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync();
        await ledger.RecordAsync([Event("v1", store.Ago(TimeSpan.FromHours(-24)), 5)]);
        Assert.Equal(0, (await ledger.GetAsync("v1")).Of("view").Count);
        Assert.Equal(5, await ledger.GetScoreAsync("v1", "view", store.Ago(TimeSpan.FromHours(-24))));
        var refusal = await RefusedAsync(ErrorCodes.EventInFuture, () => ledger.RecordAsync([Event("v1"), Event("v1", store.Ago(TimeSpan.FromHours(-24.01)))]));
        Assert.Equal((ErrorKind.Invalid, "events[1].time"), (refusal.Kind, refusal.Field));
        await SealAsync(store.AgentOf());
        await store.ReopenAsync(clean: false);
        ledger = store.SignalsOf();
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(25));
        Assert.Equal("0 1 1", (await ledger.GetAsync("v1")).CountsOf());
        await ledger.RecordAsync("v2", "view");
        Assert.Equal(5 * Math.Pow(2, -1.0 / 24 / 7), await ledger.GetScoreAsync("v1", "view", store.Now()), 9);
        Assert.Equal(["v1", "v2"], (await ledger.TopAsync(new SignalTopQuery { Signal = "view" })).Select(static rank => rank.Entity));
    }

    [Fact]
    public async Task the_past_is_answered_from_history()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync();
        var noon = store.Now();
        await ledger.RecordAsync([Event("v1", store.Ago(TimeSpan.FromHours(1)), 1)]);
        var known = (await store.AgentOf().GetStatusAsync(CancellationToken.None)).SystemTime;
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(6));
        await ledger.RecordAsync([Event("v1", store.Now(), 10), Event("v1", noon, 100)]);

        // What we know now of noon, what we knew then of noon, and what we knew then of now.
        Assert.Equal(100 + Math.Pow(2, -1.0 / 24 / 7), await ledger.GetScoreAsync("v1", "view", noon), 9);
        Assert.Equal(Math.Pow(2, -1.0 / 24 / 7), await ledger.GetScoreAsync("v1", "view", noon, AsOf.At(known)), 9);
        Assert.Equal(Math.Pow(2, -7.0 / 24 / 7), await ledger.GetScoreAsync("v1", "view", store.Now(), AsOf.At(known)), 9);
        Assert.Equal("1 2 2", (await ledger.GetAsync("v1", noon)).CountsOf());
        Assert.Equal("0 1 1", (await ledger.GetAsync("v1", noon, AsOf.After(2))).CountsOf());
        var top = await ledger.TopAsync(new SignalTopQuery { Signal = "view", At = noon, AsOf = AsOf.At(known) });
        Assert.Equal(Math.Pow(2, -1.0 / 24 / 7), Assert.Single(top).Value, 9);
        await RefusedAsync(ErrorCodes.AsOfInFuture, () => ledger.GetAsync("v1", null, AsOf.After(99)));
        await RefusedAsync(ErrorCodes.AsOfInFuture, () => ledger.GetAsync("v1", null, AsOf.At(HybridTimestamp.FromDateTimeOffset(store.Time.GetUtcNow().AddMinutes(1)))));
    }

    [Fact]
    public async Task leaders_are_exact_over_partitions_by_whatever_is_asked_for()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync(partitions: 5);
        var random = new Random(1);
        ImmutableArray<SignalEvent> events =
        [
            .. Enumerable.Range(0, 2_000).Select(_ => Event(
                $"v{random.Next(300)}", store.Ago(TimeSpan.FromMinutes(random.Next(10_000))), random.Next(1, 4), signal: random.Next(5) == 0 ? "buy" : "view")),
        ];
        await ledger.RecordAsync(events);
        var at = store.Now();
        double Score(string entity, string signal, double days) => events.Where(one => one.Entity == entity && one.Signal == signal)
            .Sum(one => one.Weight * Math.Pow(2, -(at.Nanoseconds - one.Time!.Value.Nanoseconds) / (days * 86_400e9)));
        var entities = events.Select(static one => one.Entity).Distinct().ToArray();
        await AgreeAsync(new SignalTopQuery { Signal = "view" }, entity => Score(entity, "view", 7));
        await AgreeAsync(new SignalTopQuery { Signal = "view", HalfLife = TimeSpan.FromDays(1) }, entity => Score(entity, "view", 1));
        await AgreeAsync(new SignalTopQuery { Profile = "hot" }, entity => Score(entity, "view", 1) + (20 * Score(entity, "buy", 30)));
        await AgreeAsync(new SignalTopQuery { Signal = "buy", By = SignalRankBy.Count }, entity => events.Count(one => one.Entity == entity && one.Signal == "buy"));
        var from = at.Nanoseconds - (5 * 3_600_000_000_000) - (at.Nanoseconds % 3_600_000_000_000);
        double Recent(string entity) => events.Count(one => one.Entity == entity && one.Signal == "view" && one.Time!.Value.Nanoseconds >= from);
        await AgreeAsync(new SignalTopQuery { Signal = "view", By = SignalRankBy.Count, Window = TimeSpan.FromHours(6) }, Recent);
        await AgreeAsync(new SignalTopQuery { Signal = "view", By = SignalRankBy.Velocity, Window = TimeSpan.FromHours(6) }, entity => Recent(entity) / (6 * 3_600));

        async Task AgreeAsync(SignalTopQuery query, Func<string, double> value)
        {
            var top = await ledger.TopAsync(query with { K = 25, At = at });
            var expected = entities.Select(entity => (Entity: entity, Value: value(entity))).Where(static rank => rank.Value > 0)
                .OrderByDescending(static rank => Math.Round(rank.Value, 9)).ThenBy(static rank => rank.Entity, StringComparer.Ordinal).Take(25).ToArray();
            Assert.Equal(expected.Select(static rank => rank.Entity), top.Select(static rank => rank.Entity));
            Assert.All(expected.Zip(top), static pair => Assert.Equal(pair.First.Value, pair.Second.Value, 6));
            var ranked = query.Profile is { } profile ? await ledger.RankAsync([.. top.Select(static rank => rank.Entity), "nobody"], profile, at) : [];
            Assert.Equal(ranked.IsEmpty ? [] : [.. top.Select(static rank => rank.Value), 0], ranked.Select(static reading => reading.Value!.Value));
        }
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task a_weight_that_is_none_is_refused_and_nothing_is_recorded(double weight)
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync(partitions: 2);
        var refusal = await RefusedAsync(ErrorCodes.InvalidField, () => ledger.RecordAsync([.. Enumerable.Range(0, 20).Select(static i => Event($"v{i}")), Event("x", weight: weight)]));
        Assert.Equal((ErrorKind.Invalid, "events[20].weight"), (refusal.Kind, refusal.Field));
        Assert.Equal(0, (await ledger.GetAsync("v1")).Of("view").Count);
    }

    [Fact]
    public async Task what_can_not_be_is_refused_by_name()
    {
        await using var store = await HeldStore.OpenAsync();
        Assert.Equal(ErrorKind.NotFound, (await RefusedAsync(ErrorCodes.LedgerNotFound, () => store.SignalsOf().RecordAsync("v1", "view"))).Kind);
        var ledger = await store.DefineAsync();
        Assert.Equal("events[0].signal", (await RefusedAsync(ErrorCodes.SignalNotFound, () => ledger.RecordAsync("v1", "hide"))).Field);
        await RefusedAsync(ErrorCodes.InvalidKey, () => ledger.RecordAsync("", "view"));
        await RefusedAsync(ErrorCodes.InvalidField, () => ledger.RecordAsync([Event("v1", id: new string('i', Limits.SignalEventIdBytesMax + 1))]));
        await RefusedAsync(ErrorCodes.InvalidField, () => ledger.RecordAsync([]));
        Assert.Equal(Limits.BatchCountMax, (await RefusedAsync(ErrorCodes.BatchTooLarge, () => ledger.RecordAsync([.. Enumerable.Repeat(Event("v1"), Limits.BatchCountMax + 1)]))).Limit);
        await RefusedAsync(ErrorCodes.SignalNotFound, () => ledger.TopAsync(new SignalTopQuery { Signal = "hide" }));
        await RefusedAsync(ErrorCodes.ProfileNotFound, () => ledger.TopAsync(new SignalTopQuery { Profile = "cold" }));
        await RefusedAsync(ErrorCodes.ProfileNotFound, () => ledger.RankAsync(["v1"], "cold"));
        Assert.Equal("window", (await RefusedAsync(ErrorCodes.InvalidField, () => ledger.TopAsync(new SignalTopQuery { Signal = "view", By = SignalRankBy.Velocity }))).Field);
        await RefusedAsync(ErrorCodes.InvalidField, () => ledger.TopAsync(new SignalTopQuery { Signal = "view", By = SignalRankBy.Count, Window = TimeSpan.FromMinutes(90) }));
        await RefusedAsync(ErrorCodes.InvalidField, () => ledger.TopAsync(new SignalTopQuery { Signal = "view", HalfLife = TimeSpan.FromDays(2) }));
        await RefusedAsync(ErrorCodes.InvalidField, () => ledger.TopAsync(new SignalTopQuery { Signal = "view", Profile = "hot" }));
        await RefusedAsync(ErrorCodes.InvalidField, () => ledger.TopAsync(new SignalTopQuery { Signal = "view", K = Limits.PageCountMax + 1 }));
        Assert.Equal(0, (await store.AgentOf().GetStatsAsync(CancellationToken.None)).EntityCount);
    }

    [Fact]
    public async Task so_many_events_wait_and_no_more()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync();
        var ahead = store.Ago(TimeSpan.FromHours(-1));
        for (var i = 0; i < Limits.SignalsAheadMax / Limits.BatchCountMax; i++)
        {
            await ledger.RecordAsync([.. Enumerable.Repeat(Event("v1", ahead), Limits.BatchCountMax)]);
        }

        Assert.Equal(Limits.SignalsAheadMax, (await RefusedAsync(ErrorCodes.TooManyAhead, () => ledger.RecordAsync([Event("v1", ahead)]))).Limit);
        await ledger.RecordAsync([Event("v1")]);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(2));
        await ledger.RecordAsync([Event("v1", store.Ago(TimeSpan.FromHours(-1)))]);
        Assert.Equal(Limits.SignalsAheadMax + 1, (await ledger.GetAsync("v1")).Of("view").Count);
    }
}
