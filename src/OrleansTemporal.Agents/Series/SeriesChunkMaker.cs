using System.Numerics.Tensors;

namespace OrleansTemporal.Series;

/// <summary>Makes chunks of points.</summary>
internal static class SeriesChunkMaker
{
    /// <summary>Points that a chunk has at most when it is made of others.</summary>
    public const int CountMax = SeriesMemory.OpenCountMax;

    /// <summary>A chunk of points as they came; they are sorted when they have to be.</summary>
    public static SeriesPart MakeOfArrivals(int ordinal, ReadOnlySpan<long> times, ReadOnlySpan<long> sequences, ReadOnlySpan<double> values)
    {
        if (IsSorted(times, sequences))
        {
            return Make(ordinal, times, sequences, values);
        }

        using var points = new SeriesPoints();
        points.Add(times, sequences, values);
        points.Sort();
        return Make(ordinal, points.Times, points.Sequences, points.Values);
    }

    /// <summary>A chunk of points in the order of times, then of sequences.</summary>
    public static SeriesPart Make(int ordinal, ReadOnlySpan<long> times, ReadOnlySpan<long> sequences, ReadOnlySpan<double> values)
    {
        var bytes = SeriesChunk.Encode(times, sequences, values);
        if (!HasRepeats(times))
        {
            return Make(ordinal, bytes, times.Length, sequences, times, values);
        }

        using var settled = new SeriesPoints();
        settled.Add(times, sequences, values);
        settled.Settle(long.MaxValue, []);
        return Make(ordinal, bytes, times.Length, sequences, settled.Times, settled.Values);
    }

    private static SeriesPart Make(int ordinal, byte[] bytes, int count, ReadOnlySpan<long> sequences, ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        var slices = ChunkRollup.Of(times, values);
        return new(
            new SeriesChunkEntry
            {
                Ordinal = ordinal,
                Length = bytes.Length,
                Count = count,
                FirstSequence = TensorPrimitives.Min(sequences),
                LastSequence = TensorPrimitives.Max(sequences),
                Summary = ChunkRollup.Sum(slices, times, values),
                Slices = slices,
            },
            bytes);
    }

    private static bool IsSorted(ReadOnlySpan<long> times, ReadOnlySpan<long> sequences)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] < times[i - 1] || (times[i] == times[i - 1] && sequences[i] < sequences[i - 1]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasRepeats(ReadOnlySpan<long> times)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] == times[i - 1])
            {
                return true;
            }
        }

        return false;
    }
}
