using System.CommandLine;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;
using OrleansTemporal.Series;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary>What streams say beside each other.</summary>
internal static partial class SeriesCommand
{
    private static ExampleCommand Join(SessionStart start)
    {
        var (stream, selection, limit) = (Stream(), new SeriesOptions(), Limiting.Option());
        var with = new Option<string>("--with") { Description = "The other stream.", HelpName = "stream", Required = true };
        var withField = new Option<string?>("--with-field") { Description = "The other stream's field; every one without it.", HelpName = "name" };
        var on = new Option<string?>("--on") { Description = "Tags whose values must be the same, with commas between them.", HelpName = "tags" };
        var within = Moments.DurationOption("--within", "How far apart points may be; any distance without it, with --as-of-join only.");
        var newest = new Option<bool>("--as-of-join") { Description = "Each point with the newest of the other stream at or before it, instead of every two within the distance." };
        var command = new ExampleCommand(
            "join",
            "Join points of two streams that belong together by event time and tags.",
            "otemporal series join cpu --with errors --on host --within 5s",
            "otemporal series join trades --with quotes --on symbol --as-of-join")
        {
            stream, with, withField, on, within, newest, limit,
        };
        selection.AddTo(command);
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new SeriesJoinQuery
            {
                Selector = selection.SelectorOf(session),
                With = session.Get(with)!,
                WithField = session.Get(withField),
                On = [.. Split(session.Get(on))],
                Kind = session.Get(newest) ? SeriesJoinKind.AsOf : SeriesJoinKind.Interval,
                Within = NanosecondsOf(session.Get(within)),
                AsOf = session.Get(selection.AsOf),
            };
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(
                session,
                target.Analytics.JoinAsync(session.Get(stream), query, Limiting.Probe(session.Get(limit)), cancellationToken),
                session.Get(limit),
                AnalyticsShapes.WriteJoined,
                new Table().AddColumns("time", "series", "value", "with time", "with series", "with value"),
                static row => [.. CellsOf(row.Left), .. CellsOf(row.Right)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Anomalies(SessionStart start)
    {
        var (stream, selection, limit) = (Stream(), new SeriesOptions(), Limiting.Option());
        var minScore = new Option<double>("--min-score") { Description = "Only points with at least this score, 0 to 1.", HelpName = "score" };
        var history = Moments.DurationOption("--history", "How long before --from points are learnt from without being shown.");
        var command = new ExampleCommand(
            "anomalies",
            "Say of each point how unusual it is beside those before it: a score from 0 to 1 and a p-value.",
            "otemporal series anomalies cpu --field usage --min-score 0.7",
            "otemporal series anomalies cpu --field usage --from 2026-01-02 --history 7d --json")
        {
            stream, minScore, history, limit,
        };
        selection.AddTo(command);
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new SeriesAnomalyQuery
            {
                Selector = selection.SelectorOf(session),
                MinScore = session.Get(minScore),
                History = NanosecondsOf(session.Get(history)) ?? 0,
                AsOf = session.Get(selection.AsOf),
            };
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(
                session,
                target.Analytics.ScoreAsync(session.Get(stream), query, Limiting.Probe(session.Get(limit)), cancellationToken),
                session.Get(limit),
                AnalyticsShapes.WriteAnomaly,
                new Table().AddColumns("time", "series", "value", "score", "p-value", "expected"),
                static row => [.. CellsOf(row.Point), row.Reading.Score.ToString("0.000"), row.Reading.PValue.ToString("0.0E+0"), SeriesShapes.ToText(row.Reading.Expected)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Trend(SessionStart start)
    {
        var (stream, selection) = (Stream(), new SeriesOptions());
        var horizon = Moments.DurationOption("--horizon", "How far behind the last point is forecast.");
        var step = Moments.DurationOption("--step", "Length of a step; the usual distance of points without it.");
        var model = new Option<string?>("--model") { Description = "A model of the server to forecast by; the product's own without it.", HelpName = "name" };
        var command = new ExampleCommand("trend", "Fit a line and a season, and forecast.", "otemporal series trend weather --field temp_max --tag location=Seattle --horizon 7d")
        {
            stream, horizon, step, model,
        };
        selection.AddTo(command);
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new SeriesTrendQuery
            {
                Selector = selection.SelectorOf(session),
                Horizon = NanosecondsOf(session.Get(horizon)) ?? 0,
                Step = NanosecondsOf(session.Get(step)),
                Model = session.Get(model),
                AsOf = session.Get(selection.AsOf),
            };
            var target = await session.OpenAsync(cancellationToken);
            var trend = await target.Analytics.TrendAsync(session.Get(stream), query, cancellationToken);
            if (session.Answers.IsJson)
            {
                session.Answers.WriteJson(json => AnalyticsShapes.WriteTrend(json, trend));
                return ExitCodes.Ok;
            }

            session.Answers.WriteLine($"from {SeriesShapes.ToText(trend.Intercept)} at {new EventTime(trend.Start)} by {SeriesShapes.ToText(trend.Slope)} a second, of {Words.Count(trend.Count)} steps of {SeriesDurations.Format(trend.Step)}");
            session.Answers.WriteLine(trend.Season is { } season ? $"repeats every {SeriesDurations.Format(season.Period)}, strength {season.Strength:0.00}" : "nothing repeats");
            var table = new Table().AddColumns("time", "value", "low", "high");
            foreach (var point in trend.Forecast)
                table.AddRow(new EventTime(point.Time).ToString(), SeriesShapes.ToText(point.Value), SeriesShapes.ToText(point.Low), SeriesShapes.ToText(point.High));
            if (!trend.Forecast.IsEmpty)
                session.Answers.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Correlations(SessionStart start)
    {
        var (stream, selection) = (Stream(), new SeriesOptions());
        var maxLag = Moments.DurationOption("--max-lag", "How far before and after is looked at; an eighth of the time without it.");
        var step = Moments.DurationOption("--step", "Length of a step; the usual distance of points without it.");
        var command = new ExampleCommand("correlations", "List fields of the workspace's streams that move with this one, and by how much later.", "otemporal series correlations cpu --field usage --max-lag 10m")
        {
            stream, maxLag, step,
        };
        selection.AddTo(command);
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new SeriesCorrelationQuery
            {
                Selector = selection.SelectorOf(session),
                MaxLag = NanosecondsOf(session.Get(maxLag)),
                Step = NanosecondsOf(session.Get(step)),
                AsOf = session.Get(selection.AsOf),
            };
            var target = await session.OpenAsync(cancellationToken);
            var rows = await target.Analytics.CorrelateAsync(session.Get(stream), query, cancellationToken);
            await Limiting.ShowAsync(
                session,
                rows.ToAsyncEnumerable(),
                0,
                AnalyticsShapes.WriteCorrelation,
                new Table().AddColumns("stream", "field", "coefficient", "lag", "p-value", "steps"),
                static row => [row.Stream, row.Field, row.Coefficient.ToString("0.000"), SeriesDurations.Format(row.Lag), row.PValue.ToString("0.0E+0"), Words.Count(row.Count)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Link(SessionStart start)
    {
        var stream = Stream();
        var others = new Argument<string[]>("others") { Description = "Streams that belong to it, as stream, stream:field or stream:field:lag; none to end all links.", Arity = ArgumentArity.ZeroOrMore };
        var command = new ExampleCommand("link", "Say which streams belong to one, so that they are added up with it.", "otemporal series link cpu.a cpu.b cpu.c", "otemporal series link requests errors:count:5s") { stream, others };
        start.Run(command, async (session, cancellationToken) =>
        {
            SeriesLink[] links = [.. (session.Get(others) ?? []).Select(static text => text.Split(':', 3)).Select(static parts => new SeriesLink
            {
                Stream = parts[0],
                Field = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null,
                Lag = parts.Length > 2 ? LagOf(parts[2]) : 0,
            })];
            var target = await session.OpenAsync(cancellationToken);
            await target.Analytics.LinkAsync(session.Get(stream), [.. links], cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static long LagOf(string text) => SeriesDurations.TryParse(text, out var lag)
        ? lag
        : throw Advice.Refuse($"'{text}' is no duration such as 5s or 1h.");

    private static string[] CellsOf(SeriesPoint point) => [new EventTime(point.Time).ToString(), point.Series, SeriesShapes.ToText(point.Value)];

    private static long? NanosecondsOf(TimeSpan? time) => time is { } known ? (long)Int128.Clamp((Int128)known.Ticks * 100, long.MinValue, long.MaxValue) : null;
}
