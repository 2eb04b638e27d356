namespace OrleansTemporal.Sketches;

/// <summary>
/// Counts of values in buckets whose bounds grow by a constant factor (Masson, Rim and Lee, "DDSketch", VLDB 2019): a
/// quantile is within one percent of the value of its rank. Merging adds counts up, so parts give what the whole would.
/// Memory: eight bytes for each bucket between the least and the greatest magnitude, at most 2.4 MB.
/// </summary>
internal sealed class QuantileSketch
{
    // Half of the error that is promised, since denormal answers are rounded to what there is.
    private const double RelativeError = 0.005;

    private static readonly double Gamma = (1 + RelativeError) / (1 - RelativeError);
    private static readonly double IndexOfE = 1 / Math.Log(Gamma);

    private readonly Buckets positive = new();
    private readonly Buckets negative = new();
    private long zeros;
    private double least = double.PositiveInfinity;
    private double greatest = double.NegativeInfinity;

    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a finite value.</summary>
    public void Add(double value)
    {
        Count++;
        least = Math.Min(least, value);
        greatest = Math.Max(greatest, value);
        if (value == 0)
        {
            zeros++;
        }
        else
        {
            (value > 0 ? positive : negative).Add(IndexOf(Math.Abs(value)), 1);
        }
    }

    /// <summary>Adds what another has.</summary>
    public void Add(QuantileSketch other)
    {
        Count += other.Count;
        zeros += other.zeros;
        least = Math.Min(least, other.least);
        greatest = Math.Max(greatest, other.greatest);
        positive.Add(other.positive);
        negative.Add(other.negative);
    }

    /// <summary>The value of a rank, within one percent.</summary>
    /// <param name="rank">From 0 for the least to <see cref="Count"/> − 1.</param>
    public double ValueAt(long rank)
    {
        if (rank == 0)
        {
            return least;
        }

        if (rank == Count - 1)
        {
            return greatest;
        }

        var value = rank < negative.Count ? -ValueOf(negative.IndexAt(negative.Count - 1 - rank))
            : rank < negative.Count + zeros ? 0
            : ValueOf(positive.IndexAt(rank - negative.Count - zeros));
        return Math.Clamp(value, least, greatest);
    }

    private static int IndexOf(double magnitude) => (int)Math.Ceiling(Math.Log(magnitude) * IndexOfE);

    // The middle of a bucket, as far from its ends relatively.
    private static double ValueOf(int index) => Math.Exp((index - 1) / IndexOfE) * (2 * Gamma / (Gamma + 1));

    private sealed class Buckets
    {
        private long[] counts = [];
        private int offset;

        public long Count { get; private set; }

        public void Add(int index, long count)
        {
            if ((uint)(index - offset) >= (uint)counts.Length)
            {
                Reach(index);
            }

            counts[index - offset] += count;
            Count += count;
        }

        public void Add(Buckets other)
        {
            for (var i = 0; i < other.counts.Length; i++)
            {
                if (other.counts[i] > 0)
                {
                    Add(other.offset + i, other.counts[i]);
                }
            }
        }

        public int IndexAt(long rank)
        {
            var i = 0;
            for (; rank >= counts[i]; i++)
            {
                rank -= counts[i];
            }

            return offset + i;
        }

        private void Reach(int index)
        {
            if (counts.Length == 0)
            {
                (counts, offset) = (new long[128], index - 64);
                return;
            }

            var first = Math.Min(index - 32, offset);
            var end = Math.Max(index + 33, offset + counts.Length);
            first = first < offset ? Math.Min(first, offset - (counts.Length / 2)) : first;
            end = end > offset + counts.Length ? Math.Max(end, offset + counts.Length + (counts.Length / 2)) : end;
            var larger = new long[end - first];
            counts.CopyTo(larger, offset - first);
            (counts, offset) = (larger, first);
        }
    }
}
