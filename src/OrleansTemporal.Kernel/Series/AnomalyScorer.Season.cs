namespace OrleansTemporal.Series;

/// <content>The season: looked for from time to time in the points that are kept, and learnt on at every point.</content>
public sealed partial class AnomalyScorer
{
    private const int FirstLook = 64;
    private const int LooksApart = MemoryCount / 2;
    private const int SlotsMax = 2 * MemoryCount;
    private const double SpeedOfSeason = 0.1;
    private const int ReplayCountMin = 128;
    private const int HeldOutCountMin = 64;

    // Offsets by phase; a season of one step, which is zero, is none.
    private double[] season = [0];
    private long step = 1;
    private long origin;

    // When the number of points has doubled, and then after every half of what is kept.
    private bool IsTimeToLook() => count >= FirstLook && (count < MemoryCount ? long.IsPow2(count) : count % LooksApart == 0);

    private double SeasonAt(long time) => season.Length == 1 ? 0 : season[PhaseOf(time)];

    private void LearnSeason(long time, double residual)
    {
        if (season.Length > 1)
        {
            season[PhaseOf(time)] += SpeedOfSeason * residual;
        }
    }

    private int PhaseOf(long time)
    {
        var slot = ((Int128)time - origin + (step / 2)) / step;
        var phase = (int)(slot % season.Length);
        return phase < 0 ? phase + season.Length : phase;
    }

    private void LookForSeason()
    {
        var kept = (int)Math.Min(count, MemoryCount);
        var first = count - kept;
        var (keptTimes, keptValues) = (new long[kept], new double[kept]);
        for (var i = 0; i < kept; i++)
        {
            (keptTimes[i], keptValues[i]) = (times[(first + i) % MemoryCount], values[(first + i) % MemoryCount]);
        }

        var found = Grid(keptTimes, keptValues, out var gridStep) is { } grid ? SeasonFinder.Find(grid) : 1;
        if (found == 1 && season.Length == 1)
        {
            return;
        }

        // What was far off without a season, or in another, says nothing of what is in this one.
        tail = found == season.Length ? tail : new AnomalyTail();
        (step, origin) = (gridStep, keptTimes[0]);
        season = new double[found];
        Replay(keptTimes, keptValues, found);
    }

    // One value for each usual distance between two points; null where these lie too far apart for that.
    private static double[]? Grid(long[] times, double[] values, out long step)
    {
        var apart = new double[times.Length - 1];
        for (var i = 0; i < apart.Length; i++)
        {
            apart[i] = (double)times[i + 1] - times[i];
        }

        step = StepOf(times, apart);
        var slots = (((Int128)times[^1] - times[0]) / step) + 1;
        if (slots > SlotsMax)
        {
            return null;
        }

        var grid = new double[(int)slots];
        Array.Fill(grid, double.NaN);
        for (var i = 0; i < times.Length; i++)
        {
            var slot = (int)(((Int128)times[i] - times[0] + (step / 2)) / step);
            if (slot < grid.Length)
            {
                grid[slot] = values[i];
            }
        }

        return grid;
    }

    // The middle distance says how many steps others are, and all of these together how long a step is, so that none is lost
    // over thousands of them.
    private static long StepOf(long[] times, double[] apart)
    {
        var usual = Math.Max(1, RobustStatistics.Quantile([.. apart], 0.5));
        var steps = apart.Sum(distance => Math.Round(distance / usual));
        return Math.Max(1, (long)Math.Round(((double)times[^1] - times[0]) / Math.Max(1, steps)));
    }

    // The profile comes from all but the last points; on these it shows how good it is.
    private void Replay(long[] keptTimes, double[] keptValues, int period)
    {
        var replayed = Math.Min(keptValues.Length, Math.Max(ReplayCountMin, 2 * period));
        var heldOut = Math.Min(replayed / 2, Math.Max(HeldOutCountMin, period));
        if (period > 1)
        {
            var learnt = keptValues.Length - heldOut;
            SeasonProfile.Learn(keptTimes.AsSpan(0, learnt), keptValues.AsSpan(0, learnt), season, PhaseOf);
        }

        var start = keptValues.Length - replayed;
        var begin = new double[Math.Min(WarmUpCount, replayed)];
        for (var i = 0; i < begin.Length; i++)
        {
            begin[i] = keptValues[start + i] - SeasonAt(keptTimes[start + i]);
        }

        var level = RobustStatistics.Median([.. begin]);
        var deviation = RobustStatistics.DeviationAround(begin, level);
        foreach (ref var one in levels.AsSpan())
        {
            (one.Level, one.Slope, one.Deviation) = (level, 0, deviation);
        }

        var residuals = new double[levels.Length][];
        for (var i = 0; i < levels.Length; i++)
        {
            residuals[i] = new double[heldOut];
        }

        for (var at = start; at < keptValues.Length; at++)
        {
            var value = keptValues[at] - SeasonAt(keptTimes[at]);
            for (var i = 0; i < levels.Length; i++)
            {
                var residual = value - levels[i].Next;
                if (at >= keptValues.Length - heldOut)
                {
                    residuals[i][at - keptValues.Length + heldOut] = residual;
                }

                levels[i].Learn(residual, at - start + 1);
            }

            if (at >= keptValues.Length - heldOut)
            {
                LearnSeason(keptTimes[at], Math.Clamp(value - levels[speaker].Level, -2 * levels[speaker].Deviation, 2 * levels[speaker].Deviation));
            }
        }

        for (var i = 0; i < levels.Length; i++)
        {
            levels[i].Deviation = RobustStatistics.DeviationAround(residuals[i], 0);
            speaker = levels[i].Deviation < levels[speaker].Deviation ? i : speaker;
        }

        (run, farOff, settled) = (0, 0, heldOut);
    }
}
