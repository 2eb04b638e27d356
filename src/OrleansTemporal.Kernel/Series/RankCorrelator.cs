using System.Numerics.Tensors;

namespace OrleansTemporal.Series;

/// <summary>
/// Correlates one series with others at several distances: by ranks (Spearman, 1904), so that neither unit nor outliers
/// matter; with as many independent pairs as the memory of both leaves (Bartlett, 1935; Pyper and Peterman, 1998). Thread-safe.
/// </summary>
public sealed class RankCorrelator
{
    private const int PairsMin = 8;

    private readonly Column first;
    private readonly int lagMax;

    /// <summary>Prepares the series that others are compared with.</summary>
    /// <param name="values">One for each step, NaN where there is none.</param>
    /// <param name="lagMax">Steps up to which, in both directions; less than there are values.</param>
    public RankCorrelator(ReadOnlySpan<double> values, int lagMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lagMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(lagMax, values.Length);
        first = new Column(values);
        this.lagMax = lagMax;
    }

    /// <summary>Compares; null when no distance has enough pairs that move. Costs the number of values for each distance.</summary>
    /// <param name="values">As many as the first has.</param>
    public LaggedCorrelation? Correlate(ReadOnlySpan<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, first.Ranks.Length, nameof(values));
        var second = new Column(values);
        LaggedCorrelation? best = null;
        for (var lag = -lagMax; lag <= lagMax; lag++)
        {
            var (coefficient, count) = At(second, lag);

            // Half of the steps at least, or the distance would be chosen that has the fewest.
            if (count < Math.Max(PairsMin, values.Length / 2))
            {
                continue;
            }

            var isBetter = best is not { } known || Math.Abs(coefficient) > Math.Abs(known.Coefficient) + 1e-12
                || (Math.Abs(coefficient) > Math.Abs(known.Coefficient) - 1e-12 && Math.Abs(lag) < Math.Abs(known.Lag));
            best = isBetter && coefficient != 0 ? new LaggedCorrelation(coefficient, lag, count, 1) : best;
        }

        return best is { } found ? found with { PValue = PValueOf(found, second) } : null;
    }

    // A pair is the first's value and the second's a lag later.
    private (double Coefficient, int Count) At(Column second, int lag)
    {
        var (from, length) = (Math.Max(0, -lag), first.Ranks.Length - Math.Abs(lag));
        var (x, y) = (first.Part(from, length), second.Part(from + lag, length));
        var count = Math.Round(TensorPrimitives.Dot(x.Present, y.Present));
        var (sumX, sumY) = (TensorPrimitives.Dot(x.Ranks, y.Present), TensorPrimitives.Dot(x.Present, y.Ranks));
        var varianceX = TensorPrimitives.Dot(x.Squares, y.Present) - (sumX * sumX / count);
        var varianceY = TensorPrimitives.Dot(x.Present, y.Squares) - (sumY * sumY / count);
        var covariance = TensorPrimitives.Dot(x.Ranks, y.Ranks) - (sumX * sumY / count);
        var isConstant = !(varianceX > 1e-9 * count) || !(varianceY > 1e-9 * count);
        return (isConstant ? 0 : Math.Clamp(covariance / Math.Sqrt(varianceX * varianceY), -1, 1), (int)count);
    }

    private double PValueOf(LaggedCorrelation found, Column second)
    {
        var shared = 1.0;
        for (var lag = 1; lag < first.Ranks.Length / 4; lag++)
        {
            shared += 2 * (1 - ((double)lag / first.Ranks.Length)) * first.MemoryAt(lag) * second.MemoryAt(lag);
        }

        var independent = found.Count / Math.Max(1, shared);
        var limited = Math.Min(1 - 1e-15, Math.Abs(found.Coefficient));
        var alone = independent <= 4 ? 1 : GaussianTail.TwoSided(Math.Atanh(limited) * Math.Sqrt(independent - 3));

        // As many tries as distances, of which those of a memory's length are one.
        return Math.Min(1, alone * Math.Max(1, ((2 * lagMax) + 1) / Math.Max(1, shared)));
    }

    private sealed class Column
    {
        private readonly double[] memory;

        public Column(ReadOnlySpan<double> values)
        {
            Ranks = RanksOf(values, out var present);
            (Present, Squares) = (present, [.. Ranks.Select(static rank => rank * rank)]);
            memory = new double[Math.Max(1, values.Length / 4)];
            FourierTransform.Autoproducts(Ranks, memory);
            var variance = memory[0];
            for (var lag = 0; lag < memory.Length; lag++)
            {
                memory[lag] = variance > 0 ? memory[lag] / variance : 0;
            }
        }

        private Column(double[] ranks, double[] present, double[] squares) => (Ranks, Present, Squares, memory) = (ranks, present, squares, []);

        public double[] Ranks { get; }

        public double[] Present { get; }

        public double[] Squares { get; }

        public double MemoryAt(int lag) => memory[lag];

        public Column Part(int from, int length) => new(Ranks[from..(from + length)], Present[from..(from + length)], Squares[from..(from + length)]);

        // Around zero, between minus a half and a half; equal values have the mean of their ranks, missing ones zero.
        private static double[] RanksOf(ReadOnlySpan<double> values, out double[] present)
        {
            present = new double[values.Length];
            var known = new List<(double Value, int Place)>(values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                if (!double.IsNaN(values[i]))
                {
                    known.Add((values[i], i));
                    present[i] = 1;
                }
            }

            known.Sort();
            var ranks = new double[values.Length];
            for (int start = 0, end; start < known.Count; start = end)
            {
                for (end = start + 1; end < known.Count && known[end].Value == known[start].Value; end++)
                {
                    // To the end of the equal ones.
                }

                for (var i = start; i < end; i++)
                {
                    ranks[known[i].Place] = ((start + end - 1) / 2.0 / Math.Max(1, known.Count - 1)) - 0.5;
                }
            }

            return ranks;
        }
    }
}
