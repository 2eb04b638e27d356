using System.Runtime.InteropServices;

namespace OrleansTemporal.Series;

/// <summary>How a season goes: for each phase the median of what the values there are off the middle of their cycle.</summary>
internal static class SeasonProfile
{
    /// <summary>Fills a profile, whose median is zero then.</summary>
    /// <param name="times">Ascending.</param>
    /// <param name="values">One for each time.</param>
    /// <param name="profile">By phase.</param>
    /// <param name="phaseOf">The phase of a time.</param>
    public static void Learn(ReadOnlySpan<long> times, ReadOnlySpan<double> values, Span<double> profile, Func<long, int> phaseOf)
    {
        var offsets = new List<double>[profile.Length];
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = [];
        }

        // The change of the middle from cycle to cycle is the trend; within one it must not look like season.
        var cycles = values.Length / profile.Length;
        var middles = new double[Math.Max(1, cycles)];
        var first = values.Length - (cycles * profile.Length);
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            middles[cycle] = RobustStatistics.Median([.. values.Slice(first + (cycle * profile.Length), profile.Length)]);
        }

        var slope = RobustLine.SlopeOf(middles, 1) / profile.Length;
        for (var i = first; i < values.Length && cycles > 0; i++)
        {
            var place = i - first;
            var trend = slope * ((place % profile.Length) - ((profile.Length - 1) / 2.0));
            offsets[phaseOf(times[i])].Add(values[i] - middles[place / profile.Length] - trend);
        }

        for (var i = 0; i < profile.Length; i++)
        {
            profile[i] = offsets[i].Count == 0 ? 0 : RobustStatistics.Median(CollectionsMarshal.AsSpan(offsets[i]));
        }

        var centre = RobustStatistics.Median([.. profile]);
        for (var i = 0; i < profile.Length; i++)
        {
            profile[i] -= centre;
        }
    }
}
