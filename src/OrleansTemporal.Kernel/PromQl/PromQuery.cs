using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.PromQl;

/// <summary>
/// A query in PromQL, read and checked. What is answered follows the language as Prometheus 3 documents it, as far as
/// <c>docs/prometheus.md</c> says. Immutable.
/// </summary>
public sealed class PromQuery
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly PromNode root;
    private readonly ImmutableArray<PromSelector> selectors;

    private PromQuery(PromNode root, ImmutableArray<PromSelector> selectors)
    {
        this.root = root;
        this.selectors = selectors;
    }

    /// <summary>Reads a query. Costs its length.</summary>
    /// <exception cref="TemporalException">
    /// Invalid, <c>malformed_query</c>; TooLarge, <c>query_too_large</c>: more than <see cref="Limits.PromQueryLengthMax"/>
    /// characters, <see cref="Limits.PromDepthMax"/> levels or <see cref="Limits.SeriesTagsMax"/> conditions in one selector.
    /// </exception>
    public static PromQuery Parse(string text)
    {
        var (root, selectors) = new PromParser(text).ReadQuery();
        return new PromQuery(root, selectors);
    }

    /// <summary>The samples that an answer needs, in the order in which <see cref="Answer"/> takes them.</summary>
    public ImmutableArray<PromRead> Reads(PromGrid grid) => [.. selectors.Select(selector => ReadOf(selector, grid))];

    /// <summary>Answers for one moment.</summary>
    /// <inheritdoc cref="AnswerRange"/>
    public PromResult Answer(PromGrid grid, ImmutableArray<ImmutableArray<PromSamples>> inputs, PromBudget budget, CancellationToken cancellationToken)
    {
        var evaluator = new PromEvaluator(grid, inputs, budget, cancellationToken);
        if (root is PromSelector { Span: not null } selector)
        {
            return new(PromResultKind.Matrix, [.. evaluator.SamplesOf(selector).Select(ToSeries).OrderBy(static series => series.Labels, Comparer<PromLabels>.Create(static (left, right) => left.CompareWith(right)))], null);
        }

        return evaluator.Evaluate(root) switch
        {
            PromScalars scalars => new(PromResultKind.Scalar, [new(PromLabels.Empty, [grid.Start], [scalars.Values[0]])], null),
            PromTexts text => new(PromResultKind.Text, [], text.Value),
            PromVectors vectors => new(
                PromResultKind.Vector, [.. evaluator.RowsOf(root, vectors).Where(static row => row.Has[0]).Select(row => new PromResultSeries(row.Labels, [grid.Start], [row.Values[0]]))], null),
            _ => throw new InvalidOperationException("A query comes to a number, a text or series."),
        };
    }

    /// <summary>Answers for each step.</summary>
    /// <param name="grid">The steps.</param>
    /// <param name="inputs">For each of <see cref="Reads"/>, the series that it selects.</param>
    /// <param name="budget">What may still be computed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TemporalException">Invalid, <c>malformed_query</c>, <c>query_failed</c>; TooLarge, <c>query_too_large</c>.</exception>
    public PromResult AnswerRange(PromGrid grid, ImmutableArray<ImmutableArray<PromSamples>> inputs, PromBudget budget, CancellationToken cancellationToken)
    {
        if (root.Type is PromType.Text or PromType.Matrix)
        {
            throw PromErrors.Malformed("Over a range, a query comes to a number or to series with one value each.");
        }

        var evaluator = new PromEvaluator(grid, inputs, budget, cancellationToken);
        return new(PromResultKind.Matrix, evaluator.Evaluate(root) switch
        {
            PromScalars scalars => [new(PromLabels.Empty, [.. Enumerable.Range(0, grid.Count).Select(grid.At)], [.. scalars.Values])],
            PromVectors vectors => [.. evaluator.RowsOf(root, vectors).Select(row => ToSeries(row, grid)).Where(static series => !series.Times.IsEmpty)],
            _ => throw new InvalidOperationException("A query over a range comes to a number or to series."),
        }, null);
    }

    private static PromRead ReadOf(PromSelector selector, PromGrid grid)
    {
        var (first, last) = selector.Anchor.Kind switch
        {
            PromAnchorKind.Step => (grid.Start, grid.End),
            PromAnchorKind.Given => (selector.Anchor.At, selector.Anchor.At),
            PromAnchorKind.Start => (grid.Start, grid.Start),
            PromAnchorKind.End => (grid.End, grid.End),
            _ => throw new ArgumentOutOfRangeException(nameof(selector)),
        };
        var from = PromLiterals.ToNanoseconds(first - selector.Offset - (selector.Span ?? PromEvaluator.LookBack));
        var to = PromLiterals.ToNanoseconds(last - selector.Offset);
        return new PromRead(selector.Selection, from == long.MaxValue ? from : from + 1, to == long.MaxValue ? to : to + 1);
    }

    private static PromResultSeries ToSeries(PromSamples samples)
    {
        var times = ImmutableArray.CreateBuilder<long>(samples.Times.Length);
        foreach (var time in samples.Times.Span)
        {
            times.Add((long)Math.Floor((decimal)time / NanosecondsPerMillisecond));
        }

        return new(samples.Labels, times.MoveToImmutable(), [.. samples.Values.Span]);
    }

    private static PromResultSeries ToSeries(PromRow row, PromGrid grid)
    {
        var times = ImmutableArray.CreateBuilder<long>();
        var values = ImmutableArray.CreateBuilder<double>();
        for (var step = 0; step < grid.Count; step++)
        {
            if (row.Has[step])
            {
                times.Add(grid.At(step));
                values.Add(row.Values[step]);
            }
        }

        return new(row.Labels, times.DrainToImmutable(), values.DrainToImmutable());
    }
}
