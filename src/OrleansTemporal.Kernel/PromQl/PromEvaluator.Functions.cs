namespace OrleansTemporal.PromQl;

internal sealed partial class PromEvaluator
{
    private PromValue Call(PromCall call)
    {
        var (name, arguments) = (call.Function.Name, call.Arguments);
        if (call.Function.IsOfSamples)
        {
            return FoldSpans(name, (PromSelector)arguments[^1], arguments.Length > 1 ? Numbers(arguments[0]) : null);
        }

        return name switch
        {
            "time" => new PromScalars([.. Enumerable.Range(0, grid.Count).Select(step => grid.At(step) / 1_000.0)]),
            "vector" => new PromVectors([new PromRow(PromLabels.Empty, Numbers(arguments[0]), [.. Enumerable.Repeat(true, grid.Count)])]),
            "scalar" => new PromScalars(Single((PromVectors)Evaluate(arguments[0]))),
            "sort" or "sort_desc" => Sort((PromVectors)Evaluate(arguments[0]), name == "sort_desc"),
            "clamp" => Clamp((PromVectors)Evaluate(arguments[0]), Numbers(arguments[1]), Numbers(arguments[2])),
            _ => MapValues((PromVectors)Evaluate(arguments[0]), MapOf(name, arguments.Length > 1 ? Numbers(arguments[1]) : Repeat(1))),
        };
    }

    private static Func<double, int, double> MapOf(string function, double[] argument) => function switch
    {
        "abs" => static (value, _) => Math.Abs(value),
        "ceil" => static (value, _) => Math.Ceiling(value),
        "floor" => static (value, _) => Math.Floor(value),
        "sqrt" => static (value, _) => Math.Sqrt(value),
        "exp" => static (value, _) => Math.Exp(value),
        "ln" => static (value, _) => Math.Log(value),
        "log2" => static (value, _) => Math.Log2(value),
        "log10" => static (value, _) => Math.Log10(value),
        "sgn" => static (value, _) => double.IsNaN(value) ? value : Math.Sign(value),

        // To the nearest multiple; what is halfway goes up.
        "round" => (value, step) => Math.Floor((value * (1 / argument[step])) + 0.5) / (1 / argument[step]),
        "clamp_min" => (value, step) => Math.Max(value, argument[step]),
        "clamp_max" => (value, step) => Math.Min(value, argument[step]),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private PromVectors Clamp(PromVectors vectors, double[] least, double[] greatest)
    {
        var clamped = MapValues(vectors, (value, step) => Math.Max(least[step], Math.Min(greatest[step], value)));
        foreach (var row in clamped.Rows)
        {
            for (var step = 0; step < grid.Count; step++)
            {
                row.Has[step] &= !(greatest[step] < least[step]);
            }
        }

        clamped.Rows.RemoveAll(static row => row.IsEmpty);
        return clamped;
    }

    // The value of the only series that has one; else NaN.
    private double[] Single(PromVectors vectors)
    {
        var values = Repeat(double.NaN);
        for (var step = 0; step < grid.Count; step++)
        {
            var having = vectors.Rows.Where(row => row.Has[step]).Take(2).ToArray();
            values[step] = having.Length == 1 ? having[0].Values[step] : double.NaN;
        }

        return values;
    }

    // Only an answer for one moment has an order; NaN is last both ways.
    private PromVectors Sort(PromVectors vectors, bool isDescending)
    {
        if (grid.Count == 1)
        {
            var sign = isDescending ? -1 : 1;
            vectors.Rows.Sort((left, right) => ByValue(left.Values[0], right.Values[0], sign) is not 0 and var order ? order : left.Labels.CompareWith(right.Labels));
        }

        return vectors;
    }

    private static int ByValue(double left, double right, int sign) =>
        double.IsNaN(left) || double.IsNaN(right) ? double.IsNaN(left).CompareTo(double.IsNaN(right)) : sign * left.CompareTo(right);

    private double[] Numbers(PromNode node) => ((PromScalars)Evaluate(node)).Values;

    private PromVectors FoldSpans(string function, PromSelector selector, double[]? share)
    {
        var rows = new List<PromRow>();
        var seconds = selector.Span!.Value / 1_000.0;
        var room = function == "quantile_over_time" ? new double[inputs[selector.Index].Select(static samples => samples.Times.Length).DefaultIfEmpty().Max()] : [];
        foreach (var samples in inputs[selector.Index])
        {
            var row = NewRow(function == "last_over_time" ? samples.Labels : samples.Labels.WithoutName());
            var times = samples.Times.Span;
            var values = samples.Values.Span;
            var (first, end) = (0, 0);
            for (var step = 0; step < grid.Count; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (after, through) = SpanOf(selector, selector.Span.Value, step);
                for (; end < times.Length && times[end] <= through; end++)
                {
                }

                for (; first < end && times[first] <= after; first++)
                {
                }

                if (end > first
                    && PromSpans.Fold(function, times[first..end], values[first..end], after, through, seconds, share?[step] ?? 0, room) is { } value)
                {
                    (row.Values[step], row.Has[step]) = (value, true);
                }
            }

            AddUnlessEmpty(rows, row);
        }

        return Distinct(rows);
    }
}
