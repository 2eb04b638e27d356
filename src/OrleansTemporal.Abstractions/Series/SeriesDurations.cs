using System.Globalization;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Spans of event time as text: as <see cref="Durations"/> where they are whole milliseconds, else with <c>us</c> or <c>ns</c>; with a minus below zero.</summary>
public static class SeriesDurations
{
    private const long NanosecondsPerMicrosecond = 1_000;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerTick = 100;

    /// <summary>The text of nanoseconds, exact.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds % NanosecondsPerMillisecond == 0 && nanoseconds != long.MinValue)
        {
            var text = Durations.Format(new TimeSpan(Math.Abs(nanoseconds) / NanosecondsPerTick));
            return nanoseconds < 0 ? "-" + text : nanoseconds == 0 ? "0s" : text;
        }

        return nanoseconds % NanosecondsPerMicrosecond == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / NanosecondsPerMicrosecond}us")
            : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds}ns");
    }

    /// <summary>Reads a text; false when it is none, or more than 292 years.</summary>
    public static bool TryParse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        var isNegative = text.StartsWith('-');
        var rest = isNegative ? text[1..] : text;
        var unit = rest.EndsWith("us", StringComparison.Ordinal) ? NanosecondsPerMicrosecond : rest.EndsWith("ns", StringComparison.Ordinal) ? 1 : 0;
        Int128 total;
        if (unit > 0)
        {
            if (!long.TryParse(rest.AsSpan(0, rest.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return false;
            }

            total = (Int128)count * unit;
        }
        else if (Durations.TryParse(rest, out var duration))
        {
            total = (Int128)duration.Ticks * NanosecondsPerTick;
        }
        else
        {
            return false;
        }

        nanoseconds = total <= long.MaxValue ? (long)(isNegative ? -total : total) : 0;
        return total <= long.MaxValue;
    }
}
