namespace OrleansTemporal.PromQl;

/// <summary>Functions over the samples of a span.</summary>
internal static class PromSpans
{
    private const double NanosecondsPerSecond = 1e9;

    // A gap at an end of the span that is longer than so many usual gaps means that the series begins or ends there.
    private const double GapsMax = 1.1;

    /// <summary>What a function comes to; null where it has no answer.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="times">Event times in nanoseconds, within the span; at least one.</param>
    /// <param name="values">As many values.</param>
    /// <param name="start">Behind which the span begins, in nanoseconds.</param>
    /// <param name="end">The last moment of the span.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="share">Of a quantile.</param>
    /// <param name="room">As many numbers, to be written over.</param>
    public static double? Fold(
        string function, ReadOnlySpan<long> times, ReadOnlySpan<double> values, long start, long end, double seconds, double share, Span<double> room) => function switch
        {
            "rate" => Extrapolate(times, values, start, end, isCounter: true) / seconds,
            "increase" => Extrapolate(times, values, start, end, isCounter: true),
            "delta" => Extrapolate(times, values, start, end, isCounter: false),
            "irate" => Newest(times, values, isRate: true),
            "idelta" => Newest(times, values, isRate: false),
            "changes" => Count(values, static (before, now) => before != now),
            "resets" => Count(values, static (before, now) => now < before),
            "avg_over_time" => PromMath.Average(values),
            "sum_over_time" => PromMath.Sum(values),
            "min_over_time" => PromMath.Least(values),
            "max_over_time" => PromMath.Greatest(values),
            "count_over_time" => values.Length,
            "last_over_time" => values[^1],
            "present_over_time" => 1,
            "stddev_over_time" => Math.Sqrt(PromMath.Variance(values)),
            "stdvar_over_time" => PromMath.Variance(values),
            "quantile_over_time" => Quantile(values, share, room),
            _ => throw new ArgumentOutOfRangeException(nameof(function)),
        };

    /// <summary>
    /// How much the series changed over the whole span, by how much it did between its first and its last sample there. At
    /// each end it goes on to the bound where the usual gap lets one expect a sample near it, else for half of a usual gap;
    /// a counter never to before it would have been zero, and its falls are resets.
    /// </summary>
    private static double? Extrapolate(ReadOnlySpan<long> times, ReadOnlySpan<double> values, long start, long end, bool isCounter)
    {
        if (times.Length < 2)
        {
            return null;
        }

        var change = values[^1] - values[0];
        for (var i = 1; isCounter && i < values.Length; i++)
        {
            change += values[i] < values[i - 1] ? values[i - 1] : 0;
        }

        var before = Seconds(start, times[0]);
        var behind = Seconds(times[^1], end);
        var sampled = Seconds(times[0], times[^1]);
        var gap = sampled / (times.Length - 1);
        before = before >= gap * GapsMax ? gap / 2 : before;
        if (isCounter && change > 0 && values[0] >= 0)
        {
            before = Math.Min(before, sampled * (values[0] / change));
        }

        behind = behind >= gap * GapsMax ? gap / 2 : behind;
        return change * ((sampled + before + behind) / sampled);
    }

    private static double? Newest(ReadOnlySpan<long> times, ReadOnlySpan<double> values, bool isRate)
    {
        if (times.Length < 2)
        {
            return null;
        }

        var change = values[^1] - values[^2];
        return isRate ? (change < 0 ? values[^1] : change) / Seconds(times[^2], times[^1]) : change;
    }

    private static double Count(ReadOnlySpan<double> values, Func<double, double, bool> counts)
    {
        var count = 0;
        for (var i = 1; i < values.Length; i++)
        {
            count += counts(values[i - 1], values[i]) ? 1 : 0;
        }

        return count;
    }

    private static double Quantile(ReadOnlySpan<double> values, double share, Span<double> room)
    {
        values.CopyTo(room);
        return PromMath.Quantile(room[..values.Length], share);
    }

    private static double Seconds(long from, long to) => (double)((Int128)to - from) / NanosecondsPerSecond;
}
