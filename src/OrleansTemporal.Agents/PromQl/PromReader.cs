using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.PromQl;

/// <summary>Reads the samples that one query needs, within its budget. Not thread-safe.</summary>
internal sealed class PromReader(PromDirectory directory, PromBudget budget)
{
    /// <summary>What whoever gets the answer is to know: that samples stand for windows; null when none does.</summary>
    public string? Warning { get; private set; }

    private int seriesCount;

    /// <summary>The samples of the series that are selected, of those that have any.</summary>
    /// <exception cref="TemporalException">Invalid, <c>query_failed</c>: two series have the same labels; TooLarge, <c>query_too_large</c>.</exception>
    public async ValueTask<ImmutableArray<PromSamples>> ReadAsync(PromRead read, CancellationToken cancellationToken)
    {
        var found = await directory.FindAsync(read.Selection, cancellationToken).ConfigureAwait(false);
        PromQlService.RequireFew(seriesCount += found.Count);
        var samples = new Dictionary<PromLabels, (PromSeries Series, PromSamples Samples)>();
        foreach (var part in found.GroupBy(static one => (one.Stream, one.Partition)))
        {
            var series = part.ToArray();
            var texts = series.Select(static one => one.Text).ToImmutableArray();
            foreach (var (place, times, values) in await ReadAsync(part.Key.Stream, part.Key.Partition, texts, read, cancellationToken).ConfigureAwait(false))
            {
                var one = series[place];
                if (!samples.TryAdd(one.Labels, (one, new PromSamples(one.Labels, times, values))))
                {
                    throw Refuse(samples[one.Labels].Series, one);
                }
            }
        }

        return [.. samples.Values.Select(static pair => pair.Samples)];
    }

    private async ValueTask<List<(int Place, long[] Times, double[] Values)>> ReadAsync(
        string stream, int partition, ImmutableArray<string> texts, PromRead read, CancellationToken cancellationToken)
    {
        var columns = new SortedDictionary<int, (List<long> Times, List<double> Values)>();
        long? after = null;
        for (var (first, hasMore) = (0, true); hasMore;)
        {
            var query = new SeriesSamplesQuery { Series = texts[first..], From = read.From, To = read.To, After = after, IsCoarse = true };
            var page = await directory.ReadAsync(stream, partition, query, cancellationToken).ConfigureAwait(false);
            budget.Charge(page.Times.Length);
            if (!page.Kept.Bands.IsEmpty && read.From < page.Kept.PointsFrom && read.To > page.Kept.From)
            {
                Warning = $"Before {new EventTime(page.Kept.PointsFrom)} policy keeps windows of stream '{stream}': of each its last point is the sample, so rates and sums over time are of fewer samples.";
            }

            var at = 0;
            for (var i = 0; i < page.Counts.Length; i++)
            {
                if (page.Counts[i] > 0)
                {
                    if (!columns.TryGetValue(first + i, out var column))
                    {
                        columns.Add(first + i, column = ([], []));
                    }

                    column.Times.AddRange(page.Times.AsSpan(at, page.Counts[i]));
                    column.Values.AddRange(page.Values.AsSpan(at, page.Counts[i]));
                    at += page.Counts[i];
                }
            }

            hasMore = page.HasMore;
            first += page.Counts.Length - 1;
            after = columns.TryGetValue(first, out var last) ? last.Times[^1] : null;
        }

        return [.. columns.Select(static pair => (pair.Key, pair.Value.Times.ToArray(), pair.Value.Values.ToArray()))];
    }

    private static TemporalException Refuse(PromSeries one, PromSeries other) => new(
        ErrorKind.Invalid,
        ErrorCodes.QueryFailed,
        $"Two series are the same in PromQL: '{one.Text}' of stream '{one.Stream}' and '{other.Text}' of stream '{other.Stream}'. A condition on {PromNames.Stream} or {PromNames.FieldName} keeps them apart.")
    {
        Field = "query",
    };
}
