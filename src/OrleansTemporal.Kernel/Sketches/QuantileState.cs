namespace OrleansTemporal.Sketches;

/// <summary>
/// Quantiles of nearest rank: exact up to <see cref="Limits.ExactPercentileCountMax"/> values, which are kept, and from a
/// sketch above. Which of the two it is hangs on the count alone, never on the order or the parts.
/// </summary>
internal sealed class QuantileState
{
    private double[]? values = [];
    private int count;
    private QuantileSketch? sketch;

    /// <summary>How many values were added.</summary>
    public long Count => sketch?.Count ?? count;

    /// <summary>Adds finite values.</summary>
    public void Add(ReadOnlySpan<double> more)
    {
        if (values is not null && count + more.Length <= Limits.ExactPercentileCountMax)
        {
            if (count + more.Length > values.Length)
            {
                // Most windows get all of their values at once.
                Array.Resize(ref values, Math.Max(count + more.Length, Math.Min(2 * count, Limits.ExactPercentileCountMax)));
            }

            more.CopyTo(values.AsSpan(count));
            count += more.Length;
            return;
        }

        var target = Spill();
        foreach (var value in more)
        {
            target.Add(value);
        }
    }

    /// <summary>Adds what another has; that stays as it is.</summary>
    public void Add(QuantileState other)
    {
        if (other.sketch is { } sketched)
        {
            Spill().Add(sketched);
        }
        else
        {
            Add(other.values.AsSpan(0, other.count));
        }
    }

    /// <summary>The value of nearest rank: the least that at least a share of the values is not above. NaN of no values.</summary>
    /// <param name="share">From 0 to 1.</param>
    public double ValueAt(double share)
    {
        if (Count == 0)
        {
            return double.NaN;
        }

        // The share is a decimal that a double may exceed by a little, which must not become a rank of its own.
        var rank = Math.Clamp((long)Math.Ceiling((share * Count) - (1e-9 * Math.Min(Count, 1e6))) - 1, 0, Count - 1);
        return sketch?.ValueAt(rank) ?? Selection.Select(values.AsSpan(0, count), (int)rank);
    }

    private QuantileSketch Spill()
    {
        if (sketch is null)
        {
            sketch = new QuantileSketch();
            foreach (var value in values.AsSpan(0, count))
            {
                sketch.Add(value);
            }

            values = null;
        }

        return sketch;
    }
}
