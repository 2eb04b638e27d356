using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    private const double NanosecondsPerSecond = 1e9;
    private const int StepsMin = 3;

    /// <summary>
    /// Fits a line and a season, and forecasts (<see cref="TrendFit"/>). Costs a few aggregations over the points and a fraction
    /// of a second.
    /// </summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>not_enough_points</c>, <c>as_of_in_future</c>,
    /// <c>invalid_field</c>, <c>sequence_needs_one_agent</c>; Unavailable, <c>forecast_failed</c>.
    /// </exception>
    public async ValueTask<SeriesTrend> TrendAsync(CallContext call, string workspace, string stream, SeriesTrendQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        SeriesRules.Require(query.Horizon >= 0, "horizon", "is no negative duration");
        SeriesRules.Require(query.Step is null or > 0, "step", "is a positive duration");
        var model = query.Model is null ? null : forecasts.FirstOrDefault(one => one.Name == query.Model);
        SeriesRules.Require(query.Model is null || model is not null, "model", $"names no model of this host, which has {(forecasts.Count == 0 ? "none" : string.Join(", ", forecasts.Select(static one => one.Name)))}");
        var moment = PinInstant(query.AsOf);
        var route = await EnterForReadAsync(call, workspace, stream, moment, cancellationToken).ConfigureAwait(false);
        var grid = await GridAsync(route, query.Selector, query.Step, moment, cancellationToken).ConfigureAwait(false);
        var count = grid?.Values.Count(double.IsFinite) ?? 0;
        if (grid is null || count < StepsMin)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.NotEnoughPoints, $"A trend needs points in {StepsMin} steps; there are {count}.") { Field = "from", Limit = StepsMin };
        }

        var steps = query.Horizon / grid.Step;
        SeriesRules.Require(steps <= Limits.SeriesForecastMax, "horizon", $"is at most {Limits.SeriesForecastMax} steps of {grid.Step} ns", Limits.SeriesForecastMax);
        var end = (Int128)grid.TimeOf(grid.Values.Length - 1) + (steps * (Int128)grid.Step);
        SeriesRules.Require(end <= long.MaxValue, "horizon", "ends before the year 2262");
        var fit = TrendFit.Of(grid.Values);
        ImmutableArray<SeriesForecastPoint> forecast = [.. Enumerable.Range(1, (int)steps).Select(step =>
        {
            var (value, low, high) = fit.Forecast(step);
            return new SeriesForecastPoint(grid.TimeOf(grid.Values.Length - 1 + step), Finite(value), Finite(low), Finite(high));
        })];
        return new SeriesTrend
        {
            Slope = Finite(fit.Slope / grid.Step * NanosecondsPerSecond),
            Intercept = Finite(fit.Intercept),
            Start = grid.Start,
            Step = grid.Step,
            Count = count,
            Season = fit.Period == 1 ? null : new SeriesSeason(fit.Period * grid.Step, fit.Strength, [.. fit.Profile.Select(Finite)]),
            Forecast = model is null || forecast.IsEmpty ? forecast : await AskAsync(model, workspace, stream, query, grid, forecast, cancellationToken).ConfigureAwait(false),
            SystemTime = moment.SystemTime!.Value,
        };
    }

    private static ValueTask<SeriesGrid?> GridAsync(SeriesRoute route, SeriesSelector selector, long? step, AsOf moment, CancellationToken cancellationToken) =>
        SeriesGrid.ReadAsync(
            new SeriesPointsQuery { Selector = selector, AsOf = moment },
            step,
            query => AggregateAsync(route, query, cancellationToken),
            query => ReadAsync(route, query, cancellationToken));

    // A line through huge values may lead out of what a number can be.
    private static double Finite(double value) => double.IsNaN(value) ? 0 : Math.Clamp(value, double.MinValue, double.MaxValue);

    private static async ValueTask<ImmutableArray<SeriesForecastPoint>> AskAsync(
        IForecastModel model, string workspace, string stream, SeriesTrendQuery query, SeriesGrid grid, ImmutableArray<SeriesForecastPoint> own, CancellationToken cancellationToken)
    {
        var question = new ForecastQuestion
        {
            Workspace = workspace,
            Stream = stream,
            Field = query.Selector.Field,
            Step = grid.Step,
            Start = grid.Start,
            Values = [.. grid.Values],
            Times = [.. own.Select(static point => point.Time)],
            Forecast = own,
        };
        ImmutableArray<SeriesForecastPoint> answer;
        try
        {
            answer = await model.ForecastAsync(question, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException and not TemporalException)
        {
            // Whatever another's code throws is that model's failure and nobody else's.
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.ForecastFailed, $"The model '{model.Name}' failed.", failure);
        }

        var isForecast = !answer.IsDefault && answer.Length == own.Length && !answer.Where((point, i) =>
            point.Time != own[i].Time || !double.IsFinite(point.Low) || !double.IsFinite(point.High) || !(point.Low <= point.Value && point.Value <= point.High)).Any();
        return isForecast ? answer : throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.ForecastFailed, $"The model '{model.Name}' did not answer with one finite value within its bounds for each time.");
    }
}
