namespace OrleansTemporal.Series;

/// <summary>A copy of points as they came, without those that segments hold.</summary>
internal struct SeriesArrivals(int capacity)
{
    private long[] times = capacity == 0 ? [] : GC.AllocateUninitializedArray<long>(capacity);
    private long[] sequences = capacity == 0 ? [] : GC.AllocateUninitializedArray<long>(capacity);
    private double[] values = capacity == 0 ? [] : GC.AllocateUninitializedArray<double>(capacity);
    private int count = 0;

    /// <summary>Adds points whose sequences ascend.</summary>
    public void Add(ReadOnlySpan<long> moreTimes, ReadOnlySpan<long> moreSequences, ReadOnlySpan<double> moreValues, SeriesBounds bounds)
    {
        if (moreTimes.IsEmpty)
        {
            return;
        }

        if (bounds.IsInMemory(moreSequences[0]) && bounds.IsInMemory(moreSequences[moreTimes.Length - 1]))
        {
            moreTimes.CopyTo(times.AsSpan(count));
            moreSequences[..moreTimes.Length].CopyTo(sequences.AsSpan(count));
            moreValues[..moreTimes.Length].CopyTo(values.AsSpan(count));
            count += moreTimes.Length;
            return;
        }

        for (var i = 0; i < moreTimes.Length; i++)
        {
            if (bounds.IsInMemory(moreSequences[i]))
            {
                (times[count], sequences[count], values[count]) = (moreTimes[i], moreSequences[i], moreValues[i]);
                count++;
            }
        }
    }

    /// <summary>The columns.</summary>
    public (long[] Times, long[] Sequences, double[] Values) Take()
    {
        if (count < times.Length)
        {
            Array.Resize(ref times, count);
            Array.Resize(ref sequences, count);
            Array.Resize(ref values, count);
        }

        return (times, sequences, values);
    }
}
