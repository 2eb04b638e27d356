using OrleansTemporal.Causality;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Kernel.Tests.Signals;

/// <summary>Goal: whatever the order of events, answers are those of the formulas over all of them.</summary>
public sealed class SignalTableTests
{
    private static readonly TimeSpan[] Lengths =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(24), TimeSpan.FromDays(7)];

    private static readonly SignalWindow[] Windows = [.. Lengths.Select(static time => SignalWindow.TryFrom(time, out var window) ? window : throw new InvalidOperationException())];

    [Fact]
    public void p1_no_score_rises_without_events() => Seeds.Each(500, static random =>
    {
        var events = SignalEvents.Make(random);
        var table = events.Fold();
        foreach (var (entity, type, halfLife) in Places(table, events))
        {
            var before = double.MaxValue;
            var at = events.Now.Nanoseconds;
            for (var i = 0; i < 200; i++)
            {
                var score = table.ScoreOf(entity, type, halfLife, new EventTime(at));
                Assert.InRange(score, 0, before);
                before = score;
                at += (long)Math.Pow(10, random.Next(0, 16));
            }
        }
    });

    [Fact]
    public void p2_scores_are_the_sum_of_what_is_left_of_each_event() => Seeds.Each(10_000, static random =>
    {
        var events = SignalEvents.Make(random, countMax: 40, entityCount: 2);
        var table = events.Fold();
        table.CheckInvariants();
        var at = new EventTime(events.Now.Nanoseconds + random.NextInt64((long)1e15));
        foreach (var (entity, type, halfLife) in Places(table, events))
        {
            var expected = events.ScoreOf(EntityOf(table, entity), type, HalfLifeOf(events, type, halfLife), at);
            Assert.Equal(expected, table.ScoreOf(entity, type, halfLife, at), Math.Max(expected, 1) * 1e-6);
        }
    });

    [Fact]
    public void p3_windows_hold_the_events_whose_time_is_in_them() => Seeds.Each(10_000, static random =>
    {
        var events = SignalEvents.Make(random, countMax: 60, entityCount: 2);
        var table = events.Fold();
        var at = new EventTime(events.Now.Nanoseconds + (random.Next(2) == 0 ? 0 : random.NextInt64((long)1e15)));
        var counts = new SignalCount[Windows.Length];
        foreach (var (entity, type, _) in Places(table, events))
        {
            var totals = table.Read(entity, type, at, [], Windows, counts);
            var all = events.Of(EntityOf(table, entity), type, at).ToArray();
            Assert.Equal((ulong)all.Length, totals.Count);
            Assert.Equal(all.Sum(static one => one.Weight), totals.Sum, 1e-6);
            Assert.Equal(all.Length == 0 ? null : all.Max(static one => one.Time), totals.Newest?.Nanoseconds);
            for (var i = 0; i < Windows.Length; i++)
            {
                var expected = events.CountOf(EntityOf(table, entity), type, at, Lengths[i]);
                Assert.Equal(expected.Events, counts[i].Events);
                Assert.Equal(expected.Sum, counts[i].Sum, Math.Max(expected.Sum, 1) * 1e-9);
                Assert.Equal(expected.Events / Lengths[i].TotalSeconds, Windows[i].VelocityOf(counts[i].Events), 12);
            }
        }
    });

    [Fact]
    public void p4_the_order_of_events_makes_no_difference() => Seeds.Each(2_000, static random =>
    {
        var events = SignalEvents.Make(random);
        var (table, other) = (events.Fold(), events.Fold(events.All.OrderBy(_ => random.Next())));
        var (counts, otherCounts) = (new SignalCount[Windows.Length], new SignalCount[Windows.Length]);
        var (scores, otherScores) = (new double[1], new double[1]);
        foreach (var (entity, type, _) in Places(table, events).Where(static place => place.HalfLife == 0))
        {
            Assert.True(other.TryFind(table.IdOf(entity), out var same));
            var totals = table.Read(entity, type, events.Now, scores, Windows, counts);
            var otherTotals = other.Read(same, type, events.Now, otherScores, Windows, otherCounts);
            Assert.Equal((totals.Count, totals.Newest), (otherTotals.Count, otherTotals.Newest));
            Assert.Equal(scores[0], otherScores[0], Math.Max(scores[0], 1e-3) * 1e-9);
            Assert.Equal(counts.Select(static count => count.Events), otherCounts.Select(static count => count.Events));
        }
    });

    [Fact]
    public void events_ahead_of_their_time_wait_and_count_when_it_has_come() => Seeds.Each(2_000, static random =>
    {
        var events = SignalEvents.Make(random);
        var table = new SignalTable();
        table.Define(SignalDecays.Of(events.Schema));

        // They arrive long before most of them happen.
        var arrival = events.Now.Nanoseconds - (long)((events.Now.Nanoseconds - SignalEvents.Start.Nanoseconds) * random.NextDouble());
        foreach (var one in events.All)
        {
            table.Record(table.Enter(SignalEvents.IdOf(one.Entity)), one.Type, one.Weight, new EventTime(one.Time), new EventTime(arrival));
            arrival += random.Next(1_000);
            if (random.Next(4) == 0)
            {
                table.Advance(new EventTime(arrival));
            }
        }

        table.CheckInvariants();
        Assert.Equal(events.All.Count(one => one.Time > arrival), table.AheadOf(new EventTime(arrival)));
        var counts = new SignalCount[Windows.Length];
        for (var round = 0; round < 3; round++)
        {
            // Whether they were counted meanwhile or not, who asks for a moment gets what had happened by then.
            var at = new EventTime(arrival + (long)((events.Now.Nanoseconds - arrival) * random.NextDouble()));
            foreach (var (entity, type, halfLife) in Places(table, events).Where(place => !table.IsPast(place.Entity, place.Type, at)))
            {
                var name = EntityOf(table, entity);
                var expected = events.ScoreOf(name, type, HalfLifeOf(events, type, halfLife), at);
                Assert.Equal(expected, table.ScoreOf(entity, type, halfLife, at), Math.Max(expected, 1) * 1e-9);
                var totals = table.Read(entity, type, at, [], Windows, counts);
                Assert.Equal((ulong)events.Of(name, type, at).Count(), totals.Count);
                Assert.Equal(Lengths.Select(length => events.CountOf(name, type, at, length).Events), counts.Select(static count => count.Events));
            }

            arrival = at.Nanoseconds;
            table.Advance(at);
            table.CheckInvariants();
        }
    });

    [Fact]
    public void an_idle_entity_shows_nothing_in_windows_that_have_passed()
    {
        var events = new SignalEvents(
            new SignalSchema { Types = [new SignalType { Name = "t0", HalfLife = TimeSpan.FromDays(7) }] }, [new(0, 0, 1, 0), new(0, 0, 2, 90_000_000_000)], new EventTime(90_000_000_000));
        var table = events.Fold();
        Assert.Equal(new SignalCount(2, 3), table.CountOf(0, 0, events.Now, Windows[2]));
        Assert.Equal(new SignalCount(1, 2), table.CountOf(0, 0, new EventTime(60 * 60_000_000_000), Windows[2]));
        Assert.Equal(default, table.CountOf(0, 0, new EventTime(61 * 60_000_000_000), Windows[2]));
        Assert.Equal(new SignalCount(2, 3), table.CountOf(0, 0, new EventTime((24 * 3_600_000_000_000) - 1), Windows[4]));
        Assert.Equal(default, table.CountOf(0, 0, new EventTime(24 * 3_600_000_000_000), Windows[4]));
        Assert.Equal(2UL, table.TotalsOf(0, 0, EventTime.MaxValue).Count);
    }

    [Fact]
    public void an_event_older_than_the_rings_counts_in_the_total_alone()
    {
        const long Day = 86_400_000_000_000;
        var events = new SignalEvents(
            new SignalSchema { Types = [new SignalType { Name = "t0", HalfLife = TimeSpan.FromDays(7) }] }, [new(0, 0, 1, 8 * Day), new(0, 0, 1, 0)], new EventTime(8 * Day));
        var table = events.Fold();
        Assert.Equal(1, table.LateCount);
        Assert.Equal(1UL, table.CountOf(0, 0, events.Now, Windows[5]).Events);
        Assert.Equal(2UL, table.TotalsOf(0, 0, events.Now).Count);
        Assert.Equal(1 + Math.Pow(2, -8.0 / 7), table.ScoreOf(0, 0, 0, events.Now), 12);
    }

    [Fact]
    public void a_bucket_and_the_sums_saturate_and_stay_amounts()
    {
        var table = new SignalTable();
        table.Define(SignalDecays.Of(new SignalSchema { Types = [new SignalType { Name = "t0", HalfLife = TimeSpan.FromDays(7) }] }));
        var entity = table.Enter("a"u8);
        for (var minute = 0; minute < 3; minute++)
        {
            table.Record(entity, 0, double.MaxValue, new EventTime(minute * 60_000_000_000), EventTime.MaxValue);
        }

        table.CheckInvariants();
        Assert.Equal(double.MaxValue, table.TotalsOf(entity, 0, EventTime.MaxValue).Sum);

        var buckets = new SignalBuckets();
        var (place, count) = (0, (byte)0);
        buckets.Add(ref place, ref count, 7, uint.MaxValue - 1, 1, SignalWindow.MinutesMax);
        for (var i = 0; i < 3; i++)
        {
            buckets.Add(ref place, ref count, 7, 1, SignalWindow.MinutesMax);
        }

        Assert.Equal((uint.MaxValue, 4.0), (buckets.CountsOf(place, count)[0], buckets.SumsOf(place, count)[0]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-double.Epsilon)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void a_weight_that_is_none_is_refused_and_changes_nothing(double weight)
    {
        var table = new SignalTable();
        table.Define(SignalDecays.Of(new SignalSchema { Types = [new SignalType { Name = "t0", HalfLife = TimeSpan.FromDays(7) }] }));
        var entity = table.Enter("a"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Record(entity, 0, weight, default, default));
        Assert.False(table.Has(entity, 0));
    }

    [Fact]
    public void a_state_is_one_cache_line_and_an_entity_with_little_history_takes_less_than_200_bytes()
    {
        Assert.Equal(64, System.Runtime.CompilerServices.Unsafe.SizeOf<SignalState>());
        var table = new SignalTable();
        table.Define(SignalDecays.Of(new SignalSchema { Types = [new SignalType { Name = "t0", HalfLife = TimeSpan.FromDays(7) }] }));
        for (var i = 0; i < 100_000; i++)
        {
            var entity = table.Enter(System.Text.Encoding.UTF8.GetBytes($"user-{i:D8}"));
            table.Record(entity, 0, 1, new EventTime(i), EventTime.MaxValue);
            table.Record(entity, 0, 1, new EventTime(i + 60_000_000_000), EventTime.MaxValue);
        }

        Assert.InRange(table.Bytes / 100_000, 64, 200);
    }

    private static IEnumerable<(int Entity, int Type, int HalfLife)> Places(SignalTable table, SignalEvents events) =>
        from entity in Enumerable.Range(0, table.EntityCount)
        from type in Enumerable.Range(0, events.Schema.Types.Length)
        from halfLife in Enumerable.Range(0, 1 + events.Schema.Types[type].HalfLives.Length)
        select (entity, type, halfLife);

    private static int EntityOf(SignalTable table, int entity) =>
        int.Parse(System.Text.Encoding.UTF8.GetString(table.IdOf(entity))["entity-".Length..], System.Globalization.CultureInfo.InvariantCulture);

    private static TimeSpan HalfLifeOf(SignalEvents events, int type, int index) =>
        (index == 0 ? events.Schema.Types[type].HalfLife : events.Schema.Types[type].HalfLives[index - 1]).Time;
}
