using System.Numerics;

namespace OrleansTemporal.Series;

/// <summary>The discrete Fourier transform of a power of two of complex numbers, in place (Cooley and Tukey, 1965).</summary>
internal static class FourierTransform
{
    /// <summary>Transforms forwards. The length is a power of two.</summary>
    public static void Forward(Span<Complex> values)
    {
        Reorder(values);
        for (var half = 1; half < values.Length; half *= 2)
        {
            for (var k = 0; k < half; k++)
            {
                var (sine, cosine) = Math.SinCos(-Math.PI * k / half);
                var turn = new Complex(cosine, sine);
                for (var i = k; i < values.Length; i += 2 * half)
                {
                    var odd = turn * values[i + half];
                    values[i + half] = values[i] - odd;
                    values[i] += odd;
                }
            }
        }
    }

    /// <summary>Sums of products of values that are <c>lag</c> apart, for lags from 0.</summary>
    /// <param name="values">At most so many that twice their number has a power of two above it that fits into memory.</param>
    /// <param name="sums">As many lags as are wanted; at most as many as there are values.</param>
    public static void Autoproducts(ReadOnlySpan<double> values, Span<double> sums)
    {
        var length = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * values.Length));
        var spectrum = new Complex[length];
        for (var i = 0; i < values.Length; i++)
        {
            spectrum[i] = values[i];
        }

        Forward(spectrum);
        for (var i = 0; i < length; i++)
        {
            spectrum[i] = (spectrum[i].Real * spectrum[i].Real) + (spectrum[i].Imaginary * spectrum[i].Imaginary);
        }

        // What is real and symmetric has the same transform both ways.
        Forward(spectrum);
        for (var lag = 0; lag < sums.Length; lag++)
        {
            sums[lag] = spectrum[lag].Real / length;
        }
    }

    private static void Reorder(Span<Complex> values)
    {
        for (int i = 1, j = 0; i < values.Length; i++)
        {
            var bit = values.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
            {
                j ^= bit;
            }

            j ^= bit;
            if (i < j)
            {
                (values[i], values[j]) = (values[j], values[i]);
            }
        }
    }
}
