namespace OrleansTemporal.Series;

/// <summary>Probabilities of the normal distribution far out, where one minus the cumulative one has no digits left.</summary>
public static class GaussianTail
{
    private const double SeriesEnd = 2.5;
    private const int Terms = 60;

    /// <summary>The probability of a standard normal value whose absolute value is at least <paramref name="deviations"/>; 1 at 0.</summary>
    public static double TwoSided(double deviations)
    {
        var x = Math.Abs(deviations) / Math.Sqrt(2);
        return x < SeriesEnd ? 1 - ErrorFunction(x) : ComplementFar(x);
    }

    // Maclaurin's series; converges within the terms for what it is used for.
    private static double ErrorFunction(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; n < Terms; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    // The continued fraction of Laplace, from its far end.
    private static double ComplementFar(double x)
    {
        var fraction = x;
        for (var n = Terms; n > 0; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
