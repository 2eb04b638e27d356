using System.Runtime.InteropServices;

namespace OrleansTemporal.Sketches;

/// <summary>
/// Quantiles of nearest rank: exact up to <see cref="Limits.ExactPercentileCountMax"/> values, which are kept, and from a
/// sketch above. Which of the two it is hangs on the count alone, never on the order or the parts.
/// </summary>
internal sealed class QuantileState
{
    private List<double>? values = [];
    private QuantileSketch? sketch;

    /// <summary>How many values were added.</summary>
    public long Count => sketch?.Count ?? values!.Count;

    /// <summary>Adds finite values.</summary>
    public void Add(ReadOnlySpan<double> more)
    {
        if (values is not null && values.Count + more.Length <= Limits.ExactPercentileCountMax)
        {
            values.AddRange(more);
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
            Add(CollectionsMarshal.AsSpan(other.values));
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
        return sketch?.ValueAt(rank) ?? Selection.Select(CollectionsMarshal.AsSpan(values), (int)rank);
    }

    private QuantileSketch Spill()
    {
        if (sketch is null)
        {
            sketch = new QuantileSketch();
            foreach (var value in values!)
            {
                sketch.Add(value);
            }

            values = null;
        }

        return sketch;
    }
}
