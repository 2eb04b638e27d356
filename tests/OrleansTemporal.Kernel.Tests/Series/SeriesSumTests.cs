using System.Numerics;
using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

public sealed class SeriesSumTests
{
    // Goal: within 1e-12 of the sum of absolute values, whatever the values and however they are cut into parts.
    [Fact]
    public void a_sum_is_as_exact_as_promised_in_whatever_parts() => Seeds.Each(400, random =>
    {
        var values = SeriesSamples.FiniteValues(random, random.Next(1, 600));
        var total = default(SeriesSum);
        for (var start = 0; start < values.Length;)
        {
            var count = random.Next(1, Math.Min(200, values.Length - start) + 1);
            var part = default(SeriesSum);
            part.Add(values.AsSpan(start, count));
            total.Add(part);
            start += count;
        }

        AssertNear(values, total.Value);
        var average = total.Average(values.Length);
        Assert.True(double.IsFinite(average));
        if (double.IsFinite(total.Value))
        {
            Assert.Equal(total.Value / values.Length, average, Math.Max(Math.Abs(total.Value / values.Length) * 1e-12, double.Epsilon));
        }
    });

    [Fact]
    public void the_largest_doubles_cancel_without_overflow()
    {
        var sum = default(SeriesSum);
        sum.Add([double.MaxValue, double.MaxValue, double.MaxValue, -double.MaxValue, -double.MaxValue, -double.MaxValue, 1]);
        Assert.Equal(1, sum.Value);
        sum.Add([double.MaxValue, double.MaxValue]);
        Assert.Equal(double.PositiveInfinity, sum.Value);
        Assert.True(double.IsFinite(sum.Average(9)));
    }

    [Fact]
    public void deviations_of_huge_and_of_tiny_values_neither_overflow_nor_vanish()
    {
        double[] values = [1, 2, 4, 8, 16, 3];
        var expected = SeriesMoments.Of(values).StandardDeviation;
        foreach (var scale in new[] { 1_000, -1_060, 300, -300, 0 })
        {
            var scaled = values.Select(value => Math.ScaleB(value, scale)).ToArray();
            var parts = SeriesMoments.Of(scaled.AsSpan(0, 2));
            parts.Add(SeriesMoments.Of(scaled.AsSpan(2)));
            Assert.Equal(expected, Math.ScaleB(parts.StandardDeviation, -scale), scale < -1_000 ? 0.01 : 1e-12);
        }

        Assert.True(double.IsNaN(SeriesMoments.Of([7.0]).StandardDeviation));
        Assert.Equal(0, SeriesMoments.Of([0.1, 0.1, 0.1]).StandardDeviation);
    }

    internal static void AssertNear(double[] values, double actual)
    {
        var (exact, magnitude) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var value in values)
        {
            exact += Exactly(value);
            magnitude += BigInteger.Abs(Exactly(value));
        }

        if (double.IsInfinity(actual))
        {
            Assert.True(BigInteger.Abs(exact) >= Exactly(double.MaxValue));
            return;
        }

        // A rounding of the result is allowed besides: denormals have no finer ones.
        var allowed = (magnitude / 1_000_000_000_000) + 1 + (BigInteger.Abs(exact) >> 52);
        Assert.True(BigInteger.Abs(Exactly(actual) - exact) <= allowed, $"{actual:R}");
    }

    private static BigInteger Exactly(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = new BigInteger(bits & 0xF_FFFF_FFFF_FFFF);
        var whole = exponent == 0 ? mantissa : (mantissa | (1L << 52)) << (exponent - 1);
        // In units of the least denormal.
        return bits < 0 ? -whole : whole;
    }
}
