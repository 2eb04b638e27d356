using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

/// <summary>Answers a query part by part, each over all steps at once. Not thread-safe.</summary>
internal sealed partial class PromEvaluator(
    PromGrid grid, ImmutableArray<ImmutableArray<PromSamples>> inputs, PromBudget budget, CancellationToken cancellationToken)
{
    // In milliseconds: who has no sample for longer than this has no value.
    internal const long LookBack = 5 * 60_000;

    /// <summary>The answer's rows: in the order of their labels, or in the one that the query asks for.</summary>
    public IReadOnlyList<PromRow> RowsOf(PromNode root, PromVectors vectors)
    {
        var isOrdered = root is PromAggregation { Function: "topk" or "bottomk" } or PromCall { Function.Name: "sort" or "sort_desc" };
        if (!isOrdered || grid.Count > 1)
        {
            vectors.Rows.Sort(static (left, right) => left.Labels.CompareWith(right.Labels));
        }

        return vectors.Rows;
    }

    /// <summary>What a part comes to.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>query_failed</c>; TooLarge, <c>query_too_large</c>.</exception>
    public PromValue Evaluate(PromNode node) => node switch
    {
        PromNumber number => new PromScalars(Repeat(number.Value)),
        PromText text => new PromTexts(text.Value),
        PromSelector selector => Select(selector),
        PromNegation negation => Negate(Evaluate(negation.Inner)),
        PromBinary binary => Combine(binary),
        PromAggregation aggregation => Aggregate(aggregation),
        PromCall call => Call(call),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    /// <summary>The samples that a selector with a span has before a moment.</summary>
    public IEnumerable<PromSamples> SamplesOf(PromSelector selector)
    {
        var (after, through) = SpanOf(selector, selector.Span!.Value, 0);
        foreach (var samples in inputs[selector.Index])
        {
            var first = FirstBehind(samples.Times.Span, after);
            var end = FirstBehind(samples.Times.Span, through);
            if (end > first)
            {
                yield return samples with { Times = samples.Times[first..end], Values = samples.Values[first..end] };
            }
        }
    }

    private PromVectors Select(PromSelector selector)
    {
        var rows = new List<PromRow>();
        foreach (var samples in inputs[selector.Index])
        {
            var row = NewRow(samples.Labels);
            var times = samples.Times.Span;
            var next = 0;
            for (var step = 0; step < grid.Count; step++)
            {
                var (after, through) = SpanOf(selector, LookBack, step);
                for (; next < times.Length && times[next] <= through; next++)
                {
                }

                row.Has[step] = next > 0 && times[next - 1] > after;
                row.Values[step] = row.Has[step] ? samples.Values.Span[next - 1] : 0;
            }

            AddUnlessEmpty(rows, row);
        }

        return new PromVectors(rows);
    }

    // Event times in nanoseconds: behind the first of them, up to the second one.
    private (long After, long Through) SpanOf(PromSelector selector, long span, int step)
    {
        var at = selector.Anchor.Kind switch
        {
            PromAnchorKind.Step => grid.At(step),
            PromAnchorKind.Given => selector.Anchor.At,
            PromAnchorKind.Start => grid.Start,
            PromAnchorKind.End => grid.End,
            _ => throw new ArgumentOutOfRangeException(nameof(selector)),
        } - selector.Offset;
        return (PromLiterals.ToNanoseconds(at - span), PromLiterals.ToNanoseconds(at));
    }

    private static int FirstBehind(ReadOnlySpan<long> times, long bound)
    {
        var (low, high) = (0, times.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = times[middle] <= bound ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private PromValue Negate(PromValue value) => value switch
    {
        PromScalars scalars => new PromScalars([.. scalars.Values.Select(static number => -number)]),
        PromVectors vectors => MapValues(vectors, static (number, _) => -number),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    /// <summary>Each value for another; the metric's name is no longer that of what comes out.</summary>
    private PromVectors MapValues(PromVectors vectors, Func<double, int, double> map)
    {
        var rows = new List<PromRow>(vectors.Rows.Count);
        foreach (var row in vectors.Rows)
        {
            var mapped = NewRow(row.Labels.WithoutName());
            for (var step = 0; step < grid.Count; step++)
            {
                if (row.Has[step])
                {
                    (mapped.Values[step], mapped.Has[step]) = (map(row.Values[step], step), true);
                }
            }

            rows.Add(mapped);
        }

        return Distinct(rows);
    }

    /// <summary>Series that have become one by what their labels lost; no step may have a value of two.</summary>
    private static PromVectors Distinct(List<PromRow> rows)
    {
        var known = new Dictionary<PromLabels, PromRow>();
        foreach (var row in rows)
        {
            if (known.TryAdd(row.Labels, row))
            {
                continue;
            }

            var one = known[row.Labels];
            for (var step = 0; step < row.Has.Length; step++)
            {
                if (row.Has[step])
                {
                    (one.Values[step], one.Has[step]) = one.Has[step]
                        ? throw PromErrors.Failed($"Two series are left with the same labels {row.Labels}; 'by', or a condition on the name, keeps them apart.")
                        : (row.Values[step], true);
                }
            }
        }

        return new PromVectors(known.Count == rows.Count ? rows : [.. known.Values]);
    }

    private static void AddUnlessEmpty(List<PromRow> rows, PromRow row)
    {
        if (!row.IsEmpty)
        {
            rows.Add(row);
        }
    }

    private PromRow NewRow(PromLabels labels)
    {
        cancellationToken.ThrowIfCancellationRequested();
        budget.Charge(grid.Count);
        return new PromRow(labels, new double[grid.Count], new bool[grid.Count]);
    }

    private double[] Repeat(double value)
    {
        budget.Charge(grid.Count);
        var values = new double[grid.Count];
        Array.Fill(values, value);
        return values;
    }
}
