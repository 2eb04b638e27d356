namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>Values and times as they come, and as nobody would expect them.</summary>
internal static class SeriesSamples
{
    private static readonly double[] Odd =
    [
        0.0, -0.0, double.NaN, BitConverter.Int64BitsToDouble(0x7FF0_0000_0000_0001), BitConverter.Int64BitsToDouble(unchecked((long)0xFFFF_FFFF_FFFF_FFFF)),
        double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, -double.Epsilon, 2.2250738585072009e-308, double.MaxValue, double.MinValue,
        1e-300, 0.1, 1.0 / 3, 9_007_199_254_740_993, 1e22, 1e23, 123456.789,
    ];

    private static readonly double[] OddFinite = [.. Odd.Where(double.IsFinite)];

    /// <summary>Values of one of several kinds, any bit pattern among them.</summary>
    public static double[] AnyValues(Random random, int count)
    {
        var kind = random.Next(9);
        var digits = random.Next(16);
        var walk = 0L;
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            walk += random.Next(-50, 51);
            values[i] = kind switch
            {
                0 => 42.5,
                1 => walk / Math.Pow(10, digits),
                2 => random.NextDouble(),
                3 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
                4 => Odd[random.Next(Odd.Length)],
                5 => i / 40 % 3,
                6 => random.Next(20) == 0 ? Odd[random.Next(Odd.Length)] : Math.Round(random.NextDouble() * 100, 2),
                7 => walk * Math.Pow(10, digits),
                _ => (float)Math.Sin(i / 10.0),
            };
        }

        return values;
    }

    /// <summary>Finite values, huge, denormal and negative ones among them.</summary>
    public static double[] FiniteValues(Random random, int count)
    {
        var kind = random.Next(4);
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = kind switch
            {
                0 => Math.Round((random.NextDouble() - 0.5) * 1000, 2),
                1 => random.Next(4) == 0 ? OddFinite[random.Next(OddFinite.Length)] : random.NextDouble() - 0.5,
                2 => (random.NextDouble() - 0.5) * double.MaxValue,
                _ => random.Next(-1000, 1000) * double.Epsilon,
            };
        }

        return values;
    }

    /// <summary>Times of one of several kinds.</summary>
    public static long[] Times(Random random, int count)
    {
        var kind = random.Next(5);
        var now = random.NextInt64(-4_000_000_000_000_000_000, 4_000_000_000_000_000_000);
        var times = new long[count];
        for (var i = 0; i < count; i++)
        {
            times[i] = kind switch
            {
                0 => now + (i * 1_000_000_000L),
                1 => now + (i * 1_000_000_000L) + (random.Next(-5, 6) * 1_000_000L),
                2 => random.NextInt64(long.MinValue, long.MaxValue),
                3 => now + (i / 10 * 60_000_000_000L),
                _ => i % 2 == 0 ? long.MaxValue : long.MinValue,
            };
        }

        return times;
    }
}
