using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Patterns;

/// <summary>Goal: each match is a point of the stream of alerts, written once, whatever comes late and whoever dies.</summary>
public sealed class PatternTests
{
    private const long Second = 1_000_000_000;

    private static readonly PatternCondition High = new() { Stream = "cpu", Field = "usage", Gt = 0.9 };
    private static readonly PatternCondition Error = new() { Stream = "log", Field = "errors", Gte = 1 };

    [Fact]
    public async Task each_kind_of_pattern_writes_its_matches_with_the_tags_that_points_share()
    {
        await using var store = await HeldStore.OpenAsync();
        await WriteAsync(store, "cpu", "a", "usage", (1, 1.0));
        await PutAsync(store, "high", new PatternDefinition { Kind = PatternKind.Threshold, First = High, Within = 10 * Second, On = ["host"] });
        await PutAsync(store, "thrice", new PatternDefinition { Kind = PatternKind.Times, First = High, Count = 3, Within = 10 * Second });
        await PutAsync(store, "fails", new PatternDefinition { Kind = PatternKind.FollowedBy, First = High, Then = Error, Within = 10 * Second, On = ["host"] });
        await PutAsync(store, "silent", new PatternDefinition { Kind = PatternKind.NotFollowedBy, First = High, Then = Error, Within = 10 * Second, On = ["host"] });
        await LookAsync(store);
        Assert.Empty(await AlertsAsync(store));

        await WriteAsync(store, "cpu", "a", "usage", (100, 0.95), (101, 0.5), (103, 0.99), (140, 0.95));
        await WriteAsync(store, "cpu", "b", "usage", (105, 0.92));
        await WriteAsync(store, "log", "a", "errors", (104, 0), (108, 2), (109, 1));
        await WriteAsync(store, "log", "b", "errors", (300, 0));
        await LookAsync(store);
        Assert.Equal(
            [
                "100 host=a,pattern=high 0.95 0", "105 host=b,pattern=high 0.92 0", "105 pattern=thrice 0.92 5", "108 host=a,pattern=fails 2 5",
                "115 host=b,pattern=silent 0.92 10", "140 host=a,pattern=high 0.95 0", "150 host=a,pattern=silent 0.95 10",
            ],
            await AlertsAsync(store));
        var info = await store.Database.Patterns.ListAsync(CallContext.Local, "default", null, 10, CancellationToken.None);
        Assert.Equal([("fails", 1L), ("high", 3), ("silent", 2), ("thrice", 1)], info.Select(static pattern => (pattern.Name, pattern.MatchCount)));
    }

    [Fact]
    public async Task late_points_complete_matches_and_end_what_is_not_yet_certain()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "fails", new PatternDefinition { Kind = PatternKind.FollowedBy, First = High, Then = Error, Within = 10 * Second });
        await PutAsync(store, "silent", new PatternDefinition { Kind = PatternKind.NotFollowedBy, First = High, Then = Error, Within = 10 * Second, Lateness = 100 * Second });
        await WriteAsync(store, "log", "a", "errors", (10, 1), (50, 1));
        await LookAsync(store);
        await WriteAsync(store, "cpu", "a", "usage", (45, 1), (5, 1), (60, 1), (90, 1));
        await LookAsync(store);
        Assert.Equal(["10 pattern=fails 1 5", "50 pattern=fails 1 5"], await AlertsAsync(store));

        // Nothing followed at 60 as far as is known; what comes before that is certain may still have.
        await WriteAsync(store, "log", "a", "errors", (65, 1));
        await LookAsync(store);
        await WriteAsync(store, "log", "a", "errors", (201, 0));
        await LookAsync(store);
        Assert.Equal(["10 pattern=fails 1 5", "50 pattern=fails 1 5", "65 pattern=fails 1 5", "100 pattern=silent 1 10"], await AlertsAsync(store));

        // Written is written.
        await WriteAsync(store, "log", "a", "errors", (95, 1));
        await LookAsync(store);
        Assert.Contains("100 pattern=silent 1 10", await AlertsAsync(store));
    }

    [Fact]
    public async Task a_clock_that_is_ahead_ends_nothing_before_its_time()
    {
        await using var store = await HeldStore.OpenAsync();
        var now = EventTime.FromDateTimeOffset(store.Time.GetUtcNow()).Nanoseconds / Second;
        await PutAsync(store, "silent", new PatternDefinition { Kind = PatternKind.NotFollowedBy, First = High, Then = Error, Within = 60 * Second });
        await WriteAsync(store, "cpu", "a", "usage", (now, 1), (now + 1_000, 0));
        await LookAsync(store);
        Assert.Empty(await AlertsAsync(store));
        store.Time.Advance(TimeSpan.FromSeconds(30));
        await LookAsync(store);
        Assert.Empty(await AlertsAsync(store));
        store.Time.Advance(TimeSpan.FromSeconds(31));
        await LookAsync(store);
        Assert.Single(await AlertsAsync(store));
    }

    [Fact]
    public async Task whoever_dies_anywhere_every_match_is_written_once()
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var authorizer = new DyingAuthorizer();
            await using var store = await HeldStore.OpenAsync(parts: new HeldStoreParts { Authorizer = authorizer });
            var random = new Random(seed);
            var definition = new PatternDefinition { Kind = (PatternKind)(1 + (seed % 4)), First = High, Then = seed % 4 < 2 ? null : Error, Count = seed % 4 == 1 ? 2 : 1, Within = 20 * Second, On = ["host"] };
            await PutAsync(store, "p", definition);
            var deaths = 0;
            for (var round = 0; round < 5; round++)
            {
                for (var i = 0; i < 16; i++)
                {
                    var (stream, field) = random.Next(2) == 0 ? ("cpu", "usage") : ("log", "errors");
                    await WriteAsync(store, stream, random.Next(2) == 0 ? "a" : "b", field, (random.Next(round * 50, 200 + (round * 50)), random.Next(3)));
                }

                for (var isDone = false; !isDone; deaths++)
                {
                    authorizer.WritesLeft = random.Next(6);
                    try
                    {
                        await LookAsync(store);
                        isDone = true;
                    }
                    catch (OperationCanceledException)
                    {
                        authorizer.WritesLeft = int.MaxValue;
                        await store.ReopenAsync(clean: false);
                    }
                }

                authorizer.WritesLeft = int.MaxValue;
            }

            await WriteAsync(store, "log", "a", "errors", (10_000, 0));
            await LookAsync(store);
            var alerts = await AlertsAsync(store);
            var log = await store.Database.Directory.Get<IAgent>(new AgentId("default", AgentKind.Series, "alerts", 0)).GetStatusAsync(CancellationToken.None);
            Assert.True(deaths > 5 && alerts.Length > 3, $"seed {seed}: {deaths} deaths, {alerts.Length} alerts");
            Assert.Equal(alerts.Length, log.Sequence);
            Assert.Empty((await ExpectedAsync(store, definition)).Except(alerts.Select(static alert => alert.Split(' ')[0] + " " + alert.Split(' ')[1])));
        }
    }

    [Fact]
    public async Task a_pattern_is_defined_read_listed_and_ended_and_what_is_none_is_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        var patterns = store.Database.Patterns;
        var definition = new PatternDefinition { Kind = PatternKind.Threshold, First = High, Within = Second };
        Assert.True((await patterns.PutAsync(CallContext.Local, "default", "p", definition, CancellationToken.None)).IsNew);
        var first = (await patterns.FindAsync(CallContext.Local, "default", "p", CancellationToken.None))!;
        Assert.False((await patterns.PutAsync(CallContext.Local, "default", "p", definition, CancellationToken.None)).IsNew);
        Assert.Equal(first.WriteId, (await patterns.FindAsync(CallContext.Local, "default", "p", CancellationToken.None))!.WriteId);
        await patterns.DeleteAsync(CallContext.Local, "default", "p", CancellationToken.None);
        Assert.Null(await patterns.FindAsync(CallContext.Local, "default", "p", CancellationToken.None));
        Assert.Empty(await patterns.ListAsync(CallContext.Local, "default", null, 10, CancellationToken.None));
        Assert.Equal(ErrorCodes.PatternNotFound, (await Assert.ThrowsAsync<TemporalException>(() => patterns.DeleteAsync(CallContext.Local, "default", "p", CancellationToken.None).AsTask())).Code);
        await WriteAsync(store, "cpu", "a", "usage", (1, 1));
        await LookAsync(store);
        Assert.Empty(await AlertsAsync(store));

        foreach (var (wrong, field) in new[]
        {
            (definition with { Within = 0 }, "within"),
            (definition with { Within = Limits.PatternWithinNanosecondsMax + 1 }, "within"),
            (definition with { Lateness = -1 }, "lateness"),
            (definition with { Then = Error }, "then"),
            (definition with { Kind = PatternKind.FollowedBy }, "then"),
            (definition with { Count = Limits.PatternCountMax + 1, Kind = PatternKind.Times }, "times.count"),
            (definition with { On = ["pattern"] }, "on"),
            (definition with { On = ["a", "a"] }, "on"),
            (definition with { First = High with { Stream = "alerts" } }, "stream"),
        })
        {
            Assert.Equal(field, (await Assert.ThrowsAsync<TemporalException>(() => PutAsync(store, "q", wrong))).Field);
        }

        // Somebody who writes into the namespace by hand stops nobody else's patterns.
        await store.Kv.PutAsync(CallContext.Local, "default", "system.patterns", "broken", "{}"u8.ToArray(), new KvPutOptions { IsOfSystem = true }, CancellationToken.None);
        Assert.False((await store.Database.Patterns.PutAsync(CallContext.Local, "default", "broken", definition, CancellationToken.None)).IsNew);
        await store.Database.Patterns.DeleteAsync(CallContext.Local, "default", "broken", CancellationToken.None);
        await store.Kv.PutAsync(CallContext.Local, "default", "system.patterns", "broken", "{}"u8.ToArray(), new KvPutOptions { IsOfSystem = true }, CancellationToken.None);
        await PutAsync(store, "p", definition);
        await WriteAsync(store, "cpu", "a", "usage", (100, 1));
        await LookAsync(store);
        Assert.Single(await AlertsAsync(store));
    }

    // By looking at everything that is there at the end: later points may have made matches of before untrue, which stay.
    private static async Task<IEnumerable<string>> ExpectedAsync(HeldStore store, PatternDefinition definition)
    {
        var matcher = new PatternMatcher(definition.Kind, definition.Count, definition.Within);
        var found = new List<PatternMatch>();
        var points = new List<(string Stream, SeriesPoint Point)>();
        foreach (var stream in new[] { "cpu", "log" })
        {
            var page = await store.Database.Series(stream).ReadAsync(new SeriesSelector(), 10_000);
            points.AddRange(Enumerable.Range(0, page.Rows.Length).Select(i => (stream, new SeriesPoint(page.Series[page.Rows[i]], page.Times[i], page.Values[i]))));
        }

        foreach (var (stream, point) in points.OrderBy(static one => one.Point.Time))
        {
            var key = SeriesKey.Parse(point.Series);
            bool Is(PatternCondition condition) => condition.Stream == stream && condition.Field == key.Field && condition.Holds(point.Value);
            if (matcher.Feed(point.Time, key.Tags.Only(definition.On).Text, Is(definition.First), definition.Then is { } then && Is(then), point.Value) is { } match)
            {
                found.Add(match);
            }
        }

        while (matcher.Expire(10_000 * Second) is { } absence)
        {
            found.Add(absence);
        }

        return found.Select(static match => $"{match.Time / Second} {match.Key},pattern=p");
    }

    private static ValueTask LookAsync(HeldStore store) => store.Database.LookForPatternsAsync(CancellationToken.None);

    private static async Task PutAsync(HeldStore store, string name, PatternDefinition definition) =>
        await store.Database.Patterns.PutAsync(CallContext.Local, "default", name, definition, CancellationToken.None);

    private static async Task WriteAsync(HeldStore store, string stream, string host, string field, params (long Seconds, double Value)[] points)
    {
        var batch = new SeriesBatch();
        foreach (var (seconds, value) in points)
        {
            batch.Add(SeriesTags.Of([new("host", host)]), field, new EventTime(seconds * Second), value);
        }

        await store.Database.Series(stream).WriteAsync(batch);
    }

    private static async Task<string[]> AlertsAsync(HeldStore store)
    {
        try
        {
            var values = await store.Database.Series("alerts").ReadAsync(new SeriesSelector { Field = "value" }, 10_000);
            var seconds = await store.Database.Series("alerts").ReadAsync(new SeriesSelector { Field = "seconds" }, 10_000);
            return [.. Enumerable.Range(0, values.Rows.Length).Select(i => string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{values.Times[i] / Second} {SeriesKey.TagsOf(values.Series[values.Rows[i]])} {values.Values[i]} {seconds.Values[i]}"))];
        }
        catch (TemporalException nothing) when (nothing.Code == ErrorCodes.StreamNotFound)
        {
            return [];
        }
    }

    // Lets so many writes through and then plays a process that is gone.
    private sealed class DyingAuthorizer : IAuthorizer
    {
        public int WritesLeft { get; set; } = int.MaxValue;

        public ValueTask<bool> IsAllowedAsync(Principal principal, Resource resource, Verb verb, CancellationToken cancellationToken) =>
            verb == Verb.Write && WritesLeft-- <= 0 ? throw new OperationCanceledException("It died.") : new(true);
    }
}
