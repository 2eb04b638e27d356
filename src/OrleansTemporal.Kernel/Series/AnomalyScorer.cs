namespace OrleansTemporal.Series;

/// <summary>
/// Scores the points of one series as they come: one pass, no training, the same memory however many points there are (about
/// 130 KB). A point is compared with what a level, its trend and a season, each robust and each learnt from the points before
/// it, have said of it; three speeds of the level run beside each other and the one that has said best speaks. Deterministic;
/// multiplying all values by a number changes no score. Not thread-safe.
/// </summary>
/// <remarks>
/// Sources: robust Holt–Winters smoothing for the expectation (Gelper, Fried and Croux, 2010), peaks over a threshold for the
/// p-value (Siffer and others, 2017), and the lesson of the Numenta benchmark (Lavin and Ahmad, 2015) that a detector has to
/// go on after a change of the level instead of reporting it for ever.
/// </remarks>
public sealed partial class AnomalyScorer
{
    /// <summary>Points that are kept to find a season in; one of a third of them is found.</summary>
    public const int MemoryCount = 4_096;

    /// <summary>Points before the first that is scored.</summary>
    public const int WarmUpCount = 32;

    // After so many points the deviation is known to a half of itself.
    private const double UnsureFor = 16;

    private const int RecentCount = 32;
    private const int ShiftCountMin = 8;
    private const double FarOff = 3;
    private const int FarOffOfRecentMax = 24;

    private readonly AnomalyLevel[] levels = [new(0.05), new(0.25), new(0.8)];
    private readonly long[] times = new long[MemoryCount];
    private readonly double[] values = new double[MemoryCount];
    private readonly double[] recent = new double[RecentCount];
    private AnomalyTail tail = new();
    private long count;
    private long settled;
    private int speaker;
    private uint farOff;
    private int run;

    /// <summary>Steps of the season, as many points as it has; 1 while none is known.</summary>
    public int Period => season.Length;

    /// <summary>Scores a point and learns from it.</summary>
    /// <param name="time">Event time in nanoseconds, ascending.</param>
    /// <param name="value">Finite.</param>
    public AnomalyReading Next(long time, double value)
    {
        // A quarter, so that the difference of two huge values is finite; a power of two, so that nothing else changes.
        var quarter = value / 4;
        var reading = count < WarmUpCount ? AnomalyReading.Unknown : Compare(time, quarter);
        times[count % MemoryCount] = time;
        values[count % MemoryCount] = quarter;
        count++;
        if (count == WarmUpCount)
        {
            Begin();
        }
        else if (IsTimeToLook())
        {
            LookForSeason();
        }

        return reading;
    }

    private AnomalyReading Compare(long time, double value)
    {
        var inSeason = SeasonAt(time);
        var expected = levels[speaker].Next + inSeason;
        if (!double.IsFinite(expected))
        {
            Begin();
            expected = levels[speaker].Next;
            inSeason = 0;
        }

        var residual = value - expected;
        var deviations = levels[speaker].DeviationsOf(residual) / (1 + (UnsureFor / settled));
        var pValue = tail.PValueOf(deviations);
        run = deviations <= FarOff ? 0 : Math.Sign(residual) == Math.Sign(run) ? run + Math.Sign(run) : Math.Sign(residual);
        farOff = (farOff << 1) | (deviations > FarOff ? 1u : 0u);
        recent[count % RecentCount] = residual;
        if (Math.Abs(run) <= 2)
        {
            // What goes on is a change, not the tail.
            tail.Learn(deviations);
        }

        Learn(time, value - inSeason);
        settled++;
        if (Math.Abs(run) >= ShiftCount)
        {
            MoveLevel();
        }
        else if (System.Numerics.BitOperations.PopCount(farOff) >= FarOffOfRecentMax)
        {
            WidenDeviation();
        }

        return new AnomalyReading(AnomalyReading.ScoreOf(pValue), pValue, expected * 4);
    }

    private int ShiftCount => Math.Clamp(Period / 2, ShiftCountMin, RecentCount);

    private void Learn(long time, double value)
    {
        // What the season learns is what the speaking level leaves, cut as there.
        var residual = value - levels[speaker].Next;
        LearnSeason(time, Math.Clamp(residual, -2 * levels[speaker].Deviation, 2 * levels[speaker].Deviation));
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i].Learn(value - levels[i].Next, settled);
        }

        for (var i = 0; i < levels.Length; i++)
        {
            // A little better is not enough, or two that are as good would take turns.
            speaker = levels[i].Deviation < 0.97 * levels[speaker].Deviation ? i : speaker;
        }
    }

    // From the points so far, without season.
    private void Begin()
    {
        (season, settled) = ([0], WarmUpCount);
        var known = (int)Math.Min(count, WarmUpCount);
        var first = new double[known];
        for (var i = 0; i < known; i++)
        {
            first[i] = values[(count - known + i) % MemoryCount];
        }

        var level = RobustStatistics.Median([.. first]);
        var deviation = RobustStatistics.DeviationAround([.. first], level);
        var last = RobustStatistics.Median(first.AsSpan(known - 5));
        foreach (ref var one in levels.AsSpan())
        {
            (one.Level, one.Slope, one.Deviation) = (last, 0, deviation);
        }
    }

    // So many in a row on one side: the level is there now.
    private void MoveLevel()
    {
        var by = MedianOfRecent(Math.Abs(run));
        foreach (ref var one in levels.AsSpan())
        {
            one.Level = levels[speaker].Level;
        }

        foreach (ref var one in levels.AsSpan())
        {
            (one.Level, one.Slope) = (one.Level + by, 0);
        }

        (run, farOff) = (0, 0);
    }

    private void WidenDeviation()
    {
        var centre = MedianOfRecent(RecentCount);
        var deviation = RobustStatistics.DeviationAround([.. recent], centre);
        foreach (ref var one in levels.AsSpan())
        {
            one.Deviation = Math.Max(one.Deviation, deviation);
        }

        farOff = 0;
    }

    private double MedianOfRecent(int number)
    {
        Span<double> last = stackalloc double[RecentCount];
        for (var i = 0; i < number; i++)
        {
            last[i] = recent[(count - i + RecentCount) % RecentCount];
        }

        return RobustStatistics.Median(last[..number]);
    }
}
