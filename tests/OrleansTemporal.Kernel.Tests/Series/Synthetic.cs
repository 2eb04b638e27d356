namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>Series whose making is known.</summary>
internal static class Synthetic
{
    public const long Minute = 60_000_000_000;

    /// <summary>Normal values (Box and Muller).</summary>
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>A level, a trend, a season that is no sine, and normal noise.</summary>
    public static double[] Seasonal(Random random, int count, int period, double amplitude, double slope = 0, double noise = 1) =>
        [.. Enumerable.Range(0, count).Select(i => 100 + (slope * i) + (period < 2 ? 0 : amplitude * Shape(i % period / (double)period)) + (noise * Normal(random)))];

    /// <summary>Values that remember a share of the one before; 1 for a walk.</summary>
    public static double[] Remembering(Random random, int count, double share)
    {
        var values = new double[count];
        for (var i = 1; i < count; i++)
        {
            values[i] = (share * values[i - 1]) + Normal(random);
        }

        return values;
    }

    // Two peaks of different height, so that half of a period is none.
    private static double Shape(double phase) => Math.Sin(2 * Math.PI * phase) + (0.5 * Math.Cos(4 * Math.PI * phase)) + (phase is > 0.5 and < 0.6 ? 1 : 0);
}
