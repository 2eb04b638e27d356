using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>A stream for code in this process. Thread-safe; costs nothing to make.</summary>
public sealed class SeriesStream
{
    private readonly SeriesService service;
    private readonly string workspace;

    /// <summary>Names a stream; nothing happens before the first call.</summary>
    public SeriesStream(SeriesService service, string workspace, string name)
    {
        this.service = service;
        this.workspace = workspace;
        Name = name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Writes points; durable when it answers, unless the workspace is buffered.</summary>
    public ValueTask<SeriesWriteReport> WriteAsync(SeriesBatch batch, CancellationToken cancellationToken = default) =>
        service.WriteAsync(CallContext.Local, workspace, Name, batch, cancellationToken);

    /// <summary>Writes points in columns, the fastest way in; durable when it answers, unless the workspace is buffered.</summary>
    public ValueTask<SeriesWriteReport> WriteAsync(SeriesColumns columns, CancellationToken cancellationToken = default) =>
        service.WriteAsync(CallContext.Local, workspace, Name, columns, cancellationToken);

    /// <summary>Writes one value.</summary>
    public ValueTask<SeriesWriteReport> WriteAsync(SeriesTags tags, string field, EventTime time, double value, CancellationToken cancellationToken = default)
    {
        var batch = new SeriesBatch();
        batch.Add(tags, field, time, value);
        return WriteAsync(batch, cancellationToken);
    }

    /// <summary>Deletes points that are there.</summary>
    public ValueTask<SeriesWriteReport> DeleteAsync(SeriesSelector selector, CancellationToken cancellationToken = default) =>
        service.DeleteAsync(CallContext.Local, workspace, Name, selector, cancellationToken);

    /// <summary>Points in time order.</summary>
    public ValueTask<SeriesPointsPage> ReadAsync(
        SeriesSelector selector, int limit = Limits.PageCountDefault, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        service.ReadAsync(CallContext.Local, workspace, Name, new SeriesPointsQuery { Selector = selector, Limit = limit, AsOf = asOf }, cancellationToken);

    /// <summary>Aggregates by window.</summary>
    public ValueTask<SeriesAggregatePage> AggregateAsync(
        SeriesSelector selector, ImmutableArray<string> functions, WindowSpec window, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        AggregateAsync(new SeriesAggregateQuery { Selector = selector, Functions = functions, Window = window, AsOf = asOf }, cancellationToken);

    /// <summary>Aggregates by group and window.</summary>
    public ValueTask<SeriesAggregatePage> AggregateAsync(SeriesAggregateQuery query, CancellationToken cancellationToken = default) =>
        service.AggregateAsync(CallContext.Local, workspace, Name, query, cancellationToken);

    /// <summary>Joins it with another stream by event time.</summary>
    public ValueTask<SeriesJoinPage> JoinAsync(SeriesJoinQuery query, CancellationToken cancellationToken = default) =>
        service.JoinAsync(CallContext.Local, workspace, Name, query, cancellationToken);

    /// <summary>Says how unusual points are.</summary>
    public ValueTask<SeriesAnomalyPage> ScoreAsync(SeriesAnomalyQuery query, CancellationToken cancellationToken = default) =>
        service.ScoreAsync(CallContext.Local, workspace, Name, query, cancellationToken);

    /// <summary>Fits a line and a season, and forecasts.</summary>
    public ValueTask<SeriesTrend> TrendAsync(SeriesTrendQuery query, CancellationToken cancellationToken = default) =>
        service.TrendAsync(CallContext.Local, workspace, Name, query, cancellationToken);

    /// <summary>Finds other fields and streams that move with it.</summary>
    public ValueTask<SeriesCorrelationPage> CorrelateAsync(SeriesCorrelationQuery query, CancellationToken cancellationToken = default) =>
        service.CorrelateAsync(CallContext.Local, workspace, Name, query, cancellationToken);

    /// <summary>What the stream has.</summary>
    public ValueTask<SeriesStreamInfo> DescribeAsync(CancellationToken cancellationToken = default) =>
        service.DescribeAsync(CallContext.Local, workspace, Name, cancellationToken);
}
