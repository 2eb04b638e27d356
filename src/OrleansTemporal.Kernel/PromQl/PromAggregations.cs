namespace OrleansTemporal.PromQl;

/// <summary>What aggregations there are.</summary>
internal static class PromAggregations
{
    private static readonly string[] Plain = ["sum", "avg", "min", "max", "count", "stddev", "stdvar", "group"];
    private static readonly string[] WithParameter = ["topk", "bottomk", "quantile"];

    /// <summary>Whether a word is one, in any case of letters.</summary>
    public static bool IsKnown(string word) => Plain.Contains(word, StringComparer.OrdinalIgnoreCase) || HasParameter(word);

    /// <summary>Whether it is given a number beside the series.</summary>
    public static bool HasParameter(string word) => WithParameter.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>What one comes to.</summary>
    /// <param name="function">Any of them but topk and bottomk.</param>
    /// <param name="values">At least one; may be put into another order.</param>
    /// <param name="parameter">Of a quantile, its share.</param>
    public static double Fold(string function, Span<double> values, double parameter) => function switch
    {
        "sum" => PromMath.Sum(values),
        "avg" => PromMath.Average(values),
        "min" => PromMath.Least(values),
        "max" => PromMath.Greatest(values),
        "count" => values.Length,
        "group" => 1,
        "stddev" => Math.Sqrt(PromMath.Variance(values)),
        "stdvar" => PromMath.Variance(values),
        "quantile" => PromMath.Quantile(values, parameter),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };
}
