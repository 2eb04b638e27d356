using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Series;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Simulation.Tests.Lifecycle;

/// <summary>
/// Goal: wherever in the thinning of a stream the power goes, points that are kept are answered as they are, windows give the
/// numbers that their points gave, the next run ends with the same points gone, and the chain verifies.
/// </summary>
public sealed class SeriesThinningAtEveryCallTests
{
    private const string Name = "s";
    private const long Minute = 60_000_000_000;
    private const int Minutes = 40;
    private const int PerMinute = 3;
    private static readonly AgentId Agent = new(Client.Workspace, AgentKind.Series, Name, 0);

    // Nothing of the first five minutes, windows of ten up to minute 20, of two up to minute 30.
    private static readonly SeriesKept First = new() { Bands = [new SeriesBand(20 * Minute, 2 * Minute)] };
    private static readonly SeriesKept Second = new() { From = 10 * Minute, Bands = [new SeriesBand(20 * Minute, 10 * Minute), new SeriesBand(30 * Minute, 2 * Minute)] };

    [Fact]
    public void a_thinning_lets_go_of_old_points_and_of_nothing_else()
    {
        var calls = SimulationThread.Run(() =>
        {
            var life = PowerLossAtEveryCall.LifeOf(Disk.Empty, 1, 1);
            life.Wait(ScriptAsync(life, new Told()));
            return life.Files.OperationCount;
        });
        Assert.True(calls > 60, $"The script makes {calls} calls only.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void power_loss_at_any_call_of_a_thinning_changes_nothing_that_is_kept(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, ScriptAsync, OpenAndAuditAsync);
        Assert.True(calls > 60, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told)
    {
        await life.OpenAsync();
        var stream = life.Database.Series(Name);
        for (var batch = 0; batch < 8; batch++)
        {
            var points = new SeriesBatch();
            for (var minute = batch * Minutes / 8; minute < (batch + 1) * Minutes / 8; minute++)
            {
                for (var i = 0; i < PerMinute; i++)
                {
                    points.Add(SeriesTags.Of([KeyValuePair.Create("host", i == 2 ? "b" : "a")]), "v", new EventTime((minute * Minute) + (i * 7_000_000_000)), ValueOf(minute, i));
                }
            }

            await stream.WriteAsync(points);
            if (batch % 3 == 2)
            {
                await SealAsync(life);
            }
        }

        told.IsWritten = true;
        await ThinAsync(life, First);
        told.IsFirst = true;
        await CheckAsync(life, told);
        await ThinAsync(life, Second);
        await AuditAsync(life, told);
    }

    private static async Task OpenAndAuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        if (!told.IsWritten)
        {
            return;
        }

        await CheckAsync(life, told);
        await ThinAsync(life, First);
        await ThinAsync(life, Second);
        await AuditAsync(life, told);
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        await CheckAsync(life, told);
        ViolationException.ThrowUnless((await life.Database.Series(Name).DescribeAsync()).Kept == Second, "something else is kept than was asked for");
        var agent = life.Database.Directory.Get<IChronicleAgent>(Agent);
        var records = (await agent.ReadDeltasAsync(0, 100, CancellationToken.None)).Records.Select(static record => DeltaRecord.Read(record)).ToList();
        ViolationException.ThrowUnless(records.Where(static delta => delta.Kind == SeriesPayload.Record).Count(static delta => !delta.HasPayload) == 6, "payloads of points that went are there");
        var before = await agent.GetStatusAsync(CancellationToken.None);
        await ThinAsync(life, Second);
        ViolationException.ThrowUnless(before.Sequence == (await agent.GetStatusAsync(CancellationToken.None)).Sequence, "another run let something go");
        await SealAsync(life);
        await CheckAsync(life, told);
    }

    // Whatever is kept at the time is as it was.
    private static async Task CheckAsync(Life life, Told told)
    {
        var stream = life.Database.Series(Name);
        var kept = (await stream.DescribeAsync()).Kept;
        ViolationException.ThrowUnless(kept == SeriesKept.Everything || kept == First || kept == Second, $"{kept} is what nobody asked for");
        ViolationException.ThrowUnless(!told.IsFirst || !kept.IsEverything, "what had gone is there again");
        var points = await stream.ReadAsync(new SeriesSelector(), 1_000);
        var firstMinute = Math.Max(kept.PointsFrom, 0) / Minute;
        ViolationException.ThrowUnless(points.Rows.Length == (Minutes - firstMinute) * PerMinute, $"{points.Rows.Length} points from minute {firstMinute} on");
        for (var at = 0; at < points.Rows.Length; at++)
        {
            ViolationException.ThrowUnless(points.Values[at] == ValueOf((int)(points.Times[at] / Minute), (int)(points.Times[at] % Minute / 7_000_000_000)), "a point is another");
        }

        var rows = (await stream.AggregateAsync(new SeriesSelector(), ["sum", "min", "max", "first", "last"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 10 * Minute })).Rows;
        var start = Math.Max(kept.From, 0) / Minute;
        ViolationException.ThrowUnless(rows.Length == (Minutes - start) / 10, $"{rows.Length} windows from minute {start} on");
        foreach (var row in rows)
        {
            var minutes = Enumerable.Range((int)(row.Start / Minute), 10).ToArray();
            var sum = minutes.Sum(static minute => Enumerable.Range(0, PerMinute).Sum(i => ValueOf(minute, i)));
            double[] expected = [sum, ValueOf(minutes[0], 0), ValueOf(minutes[^1], 2), ValueOf(minutes[0], 0), ValueOf(minutes[^1], 2)];
            ViolationException.ThrowUnless(row.Count == 30 && row.Results.AsSpan().SequenceEqual(expected), $"the window from minute {minutes[0]} on has {string.Join(' ', row.Results)}");
        }

        await RequireRefusedAsync(life, kept);
        var report = await life.Database.Directory.Get<IChronicleAgent>(Agent).VerifyAsync(CancellationToken.None);
        ViolationException.ThrowUnless(report.Fault is null, $"verification: {report.Fault}");
    }

    private static async Task RequireRefusedAsync(Life life, SeriesKept kept)
    {
        if (kept.IsEverything)
        {
            return;
        }

        try
        {
            await life.Database.Series(Name).WriteAsync(SeriesTags.Of([]), "v", new EventTime(kept.PointsFrom - 1), 1);
            throw new ViolationException("a point was taken where none are kept");
        }
        catch (TemporalException old) when (old.Code == ErrorCodes.PointsExpired)
        {
            return;
        }
    }

    private static double ValueOf(int minute, int i) => (minute * 10) + i;

    private static async Task ThinAsync(Life life, SeriesKept kept)
    {
        var levels = kept == First ? [new SeriesBand(20 * Minute, 2 * Minute)] : (System.Collections.Immutable.ImmutableArray<SeriesBand>)[new SeriesBand(30 * Minute, 2 * Minute), new SeriesBand(20 * Minute, 10 * Minute)];
        var order = new SeriesThinOrder { KeepFrom = kept.From, Levels = levels, Actor = "test" };
        DistillReport report;
        do
        {
            report = await life.Database.Directory.Get<IChronicleAgent>(Agent).ThinAsync(order, CancellationToken.None);
            await life.PauseAsync();
        }
        while (report.HasMore);
    }

    private static async Task SealAsync(Life life)
    {
        foreach (var agent in life.Database.Directory.Agents)
        {
            await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None);
        }
    }

    /// <summary>What the caller was told before the power went.</summary>
    private sealed record Told
    {
        public bool IsWritten { get; set; }

        public bool IsFirst { get; set; }
    }
}
