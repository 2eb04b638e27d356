using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// Goal: wherever the power goes in writing, deleting, sealing and merging, every acknowledged point is there, as of every
/// moment that was told, and a batch that was on its way is there whole or not at all.
/// </summary>
public sealed class SeriesCrashTests
{
    private const string Workspace = "default";
    private const string Stream = "s";
    private const int Batches = 20;
    private const long Second = 1_000_000_000;
    private static readonly SeriesSelector Everything = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void power_loss_at_any_call_keeps_every_point(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, (life, told) => ScriptAsync(life, told, new Random(seed)), AuditAsync);
        Assert.True(calls > 100, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told, Random random)
    {
        await life.OpenAsync();
        var stream = life.Database.Series(Stream);
        for (var i = 0; i < Batches; i++)
        {
            told.Sending = i % 7 == 6
                ? new Change { From = random.Next(100), To = 100 + random.Next(100) }
                : new Change { Points = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (random.Next(3), random.NextInt64(400), (double)random.Next(1_000)))] };
            var moment = await SendAsync(stream, told.Sending);
            told.Sent.Add((told.Sending, moment));
            told.Sending = null;
            if (i % 3 == 2)
            {
                foreach (var agent in life.Database.Directory.Agents)
                {
                    await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None);
                }
            }
        }

        await life.StopAsync();
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        if (told.Sent.Count == 0)
        {
            return;
        }

        var stream = life.Database.Series(Stream);
        for (var changes = 1; changes <= told.Sent.Count; changes++)
        {
            var seen = await PointsAsync(stream, AsOf.At(told.Sent[changes - 1].Moment));
            ViolationException.ThrowUnless(seen == Fold(told.Sent.Take(changes).Select(static one => one.Change)), $"as of change {changes} it is {seen}");
        }

        var all = told.Sent.Select(static one => one.Change);
        var latest = await PointsAsync(stream, AsOf.Latest);
        ViolationException.ThrowUnless(
            latest == Fold(all) || (told.Sending is { } sending && latest == Fold(all.Append(sending))), $"it is {latest}, and {Fold(all)} was told");
        var count = 0L;
        for (var field = 0; field < 3; field++)
        {
            var page = await stream.AggregateAsync(new SeriesSelector { Field = $"f{field}" }, ["count"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 60 * Second });
            count += page.Rows.Sum(static row => row.Count);
        }

        ViolationException.ThrowUnless(count == latest.Count(static unit => unit == ' '), "windows count other points");
        await SendAsync(stream, new Change { Points = [(0, 500, 1)] });
        foreach (var agent in life.Database.Directory.Agents)
        {
            while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None))
            {
                // Until everything is sealed and merged.
            }
        }

        ViolationException.ThrowUnless(await PointsAsync(stream, AsOf.Latest) == $"{latest}f0@500=1 ", "after a seal it is something else");
        var reports = await life.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
        ViolationException.ThrowUnless(reports.All(static report => report.Fault is null), "a chain does not verify");
    }

    private static async Task<HybridTimestamp> SendAsync(SeriesStream stream, Change change)
    {
        if (change.Points.Length == 0)
        {
            return (await stream.DeleteAsync(new SeriesSelector { From = change.From * Second, To = change.To * Second })).SystemTime;
        }

        var batch = new SeriesBatch();
        foreach (var (field, time, value) in change.Points)
        {
            batch.Add(SeriesTags.Empty, $"f{field}", new EventTime(time * Second), value);
        }

        return (await stream.WriteAsync(batch)).SystemTime;
    }

    private static async Task<string> PointsAsync(SeriesStream stream, AsOf asOf)
    {
        try
        {
            var page = await stream.ReadAsync(Everything, 100_000, asOf);
            return string.Concat(page.Rows.Select((row, i) => $"{SeriesKey.Parse(page.Series[row]).Field}@{page.Times[i] / Second}={page.Values[i]} "));
        }
        catch (TemporalException missing) when (missing.Code == ErrorCodes.StreamNotFound)
        {
            return "";
        }
    }

    private static string Fold(IEnumerable<Change> changes)
    {
        var points = new SortedDictionary<(long Time, int Field), double>();
        foreach (var change in changes)
        {
            foreach (var key in points.Keys.Where(key => change.Points.Length == 0 && key.Time >= change.From && key.Time < change.To).ToArray())
            {
                points.Remove(key);
            }

            foreach (var (field, time, value) in change.Points)
            {
                points[(time, field)] = value;
            }
        }

        return string.Concat(points.Select(static point => $"f{point.Key.Field}@{point.Key.Time}={point.Value} "));
    }

    private sealed class Told
    {
        public List<(Change Change, HybridTimestamp Moment)> Sent { get; } = [];

        public Change? Sending { get; set; }

        public override string ToString() => $"{Sent.Count} changes";
    }

    private sealed record Change
    {
        public (int Field, long Time, double Value)[] Points { get; init; } = [];

        public long From { get; init; }

        public long To { get; init; }
    }
}
