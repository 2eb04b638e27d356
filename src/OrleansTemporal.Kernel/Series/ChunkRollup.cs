using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>
/// Summaries of a chunk's points by minute, hour or day of UTC, made when the chunk is closed. A window whose bounds are
/// bounds of such a slice, or that a slice lies in, is added up without decoding.
/// </summary>
public static class ChunkRollup
{
    /// <summary>Points that a slice has on average at least while its chunk is in memory: with fewer, decoding is as cheap.</summary>
    public const int PointsPerSliceMin = 32;

    /// <summary>The same for chunks in segments, where a slice costs more bytes than the points that it stands for would.</summary>
    public const int StoredPointsPerSliceMin = 512;

    private const long Second = 1_000_000_000;

    private static readonly long[] Grains = [60 * Second, 3_600 * Second, 86_400 * Second];

    /// <summary>Slices of the finest of the three that has enough points in each; none when one slice would hold everything. Cost: about a nanosecond for each point.</summary>
    /// <param name="times">Event times, each once, ascending.</param>
    /// <param name="values">As many values.</param>
    public static ImmutableArray<ChunkSummary> Of(ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        foreach (var grain in Grains)
        {
            var most = times.Length / PointsPerSliceMin;
            if (times.IsEmpty || SpanOf(times[0], times[^1], grain) > most)
            {
                continue;
            }

            return SpanOf(times[0], times[^1], grain) == 1 ? [] : Slice(times, values, grain);
        }

        return [];
    }

    /// <summary>The summary of a chunk whose slices are known.</summary>
    public static ChunkSummary Sum(ImmutableArray<ChunkSummary> slices, ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        if (slices.IsEmpty)
        {
            return ChunkSummary.Of(times, values);
        }

        var summary = slices[0];
        foreach (ref readonly var slice in slices.AsSpan()[1..])
        {
            summary = summary.With(slice);
        }

        return summary;
    }

    /// <summary>The slices that are worth storing: joined to hours or days until each has enough points; none when that leaves one.</summary>
    public static ImmutableArray<ChunkSummary> Coarsen(ImmutableArray<ChunkSummary> slices, int count)
    {
        foreach (var grain in Grains)
        {
            if (slices.IsEmpty || SpanOf(slices[0].FirstTime, slices[^1].LastTime, grain) > count / StoredPointsPerSliceMin)
            {
                continue;
            }

            var joined = ImmutableArray.CreateBuilder<ChunkSummary>();
            foreach (var slice in slices)
            {
                if (joined.Count > 0 && IndexOf(joined[^1].FirstTime, grain) == IndexOf(slice.FirstTime, grain))
                {
                    joined[^1] = joined[^1].With(slice);
                }
                else
                {
                    joined.Add(slice);
                }
            }

            return joined.Count == 1 ? [] : joined.ToImmutable();
        }

        return [];
    }

    private static ImmutableArray<ChunkSummary> Slice(ReadOnlySpan<long> times, ReadOnlySpan<double> values, long grain)
    {
        var slices = ImmutableArray.CreateBuilder<ChunkSummary>();
        while (!times.IsEmpty)
        {
            var end = times[0] - Modulo(times[0], grain) > long.MaxValue - grain ? long.MaxValue : times[0] - Modulo(times[0], grain) + grain;
            var count = 1;
            while (count < times.Length && times[count] < end)
            {
                count++;
            }

            slices.Add(ChunkSummary.Of(times[..count], values[..count]));
            times = times[count..];
            values = values[count..];
        }

        return slices.ToImmutable();
    }

    private static long Modulo(long time, long grain) => ((time % grain) + grain) % grain;

    private static long IndexOf(long time, long grain) => Math.DivRem(time, grain) is var (quotient, rest) && rest < 0 ? quotient - 1 : quotient;

    private static long SpanOf(long first, long last, long grain) => IndexOf(last, grain) - IndexOf(first, grain) + 1;
}
