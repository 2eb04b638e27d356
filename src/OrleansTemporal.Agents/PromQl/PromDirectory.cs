using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.PromQl;

/// <summary>The series of a workspace as of one instant, for one query. Each stream is asked once. Not thread-safe.</summary>
internal sealed class PromDirectory(SeriesService service, CallContext call, string workspace, AsOf asOf)
{
    private readonly Dictionary<string, ImmutableArray<PromSeries>> known = new(StringComparer.Ordinal);
    private ImmutableArray<string>? streams;

    /// <summary>The series that a selection means; all without one.</summary>
    public async ValueTask<List<PromSeries>> FindAsync(PromSelection? selection, CancellationToken cancellationToken)
    {
        var found = new List<PromSeries>();
        foreach (var stream in await StreamsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (selection is not null && !MayHave(selection, stream))
            {
                continue;
            }

            foreach (var one in await SeriesOfAsync(stream, cancellationToken).ConfigureAwait(false))
            {
                if (selection is null || (selection.Allows(PromNames.FieldName, one.Field) && selection.Includes(one.Labels)))
                {
                    found.Add(one);
                }
            }
        }

        return found;
    }

    /// <summary>Points of series of one partition of a stream.</summary>
    public ValueTask<SeriesSamplesPage> ReadAsync(string stream, int partition, SeriesSamplesQuery query, CancellationToken cancellationToken) =>
        service.ReadSamplesAsync(call, workspace, stream, partition, query with { AsOf = asOf }, cancellationToken);

    // A selector that gives the metric's name leaves out streams that it can not begin with.
    private static bool MayHave(PromSelection selection, string stream)
    {
        var prefix = PromNames.PrefixOf(stream);
        return selection.Allows(PromNames.Stream, stream) && selection.Matchers.All(matcher =>
            matcher.Name != PromLabels.MetricName || matcher.IsPattern || matcher.IsNegated || matcher.Value.StartsWith(prefix, StringComparison.Ordinal));
    }

    private async ValueTask<ImmutableArray<PromSeries>> SeriesOfAsync(string stream, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(stream, out var series))
        {
            return series;
        }

        var partitions = await service.ListSeriesAsync(call, workspace, stream, new SeriesSelector(), asOf, cancellationToken).ConfigureAwait(false);
        var all = ImmutableArray.CreateBuilder<PromSeries>();
        for (var partition = 0; partition < partitions.Length; partition++)
        {
            foreach (var text in partitions[partition].Series)
            {
                var key = SeriesKey.Parse(text);
                all.Add(new PromSeries(stream, partition, text, key.Field, PromNames.LabelsOf(PromNames.MetricOf(stream, key.Field), key.Tags.Pairs)));
            }
        }

        return known[stream] = all.DrainToImmutable();
    }

    private async ValueTask<ImmutableArray<string>> StreamsAsync(CancellationToken cancellationToken)
    {
        if (streams is { } listed)
        {
            return listed;
        }

        var all = ImmutableArray.CreateBuilder<string>();
        for (string? after = null; ;)
        {
            var page = await service.ListAsync(call, workspace, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            all.AddRange(page);
            if (page.Length < Limits.PageCountMax)
            {
                break;
            }

            after = page[^1];
        }

        streams = all.DrainToImmutable();
        return streams.Value;
    }
}
