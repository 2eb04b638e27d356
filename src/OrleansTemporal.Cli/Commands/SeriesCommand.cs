using System.Collections.Immutable;
using System.CommandLine;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;
using OrleansTemporal.Series;
using OrleansTemporal.Targets;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal series</c>: streams, their points, and what these come to by window.</summary>
internal static partial class SeriesCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "series",
        "Read measurements by stream, tags and fields, as they are or added up, now or as of any moment.",
        "otemporal series list",
        "otemporal series describe weather",
        "otemporal series points weather --field temp_max --tag location=Seattle --from 2015-01-01",
        "otemporal series aggregate weather --field temp_max --fn avg,p99 --window 7d --group-by location",
        "otemporal series anomalies cpu --field usage --min-score 0.7",
        "otemporal series export weather --format csv > weather.csv")
    {
        List(start), Describe(start), Points(start), Aggregate(start), Join(start), Anomalies(start), Trend(start), Correlations(start), Link(start),
        SeriesExportCommand.Create(start),
    };

    private static ExampleCommand List(SessionStart start)
    {
        var command = new ExampleCommand("list", "List the streams.", "otemporal series list");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(
                session,
                target.StreamsAsync(cancellationToken),
                0,
                static (json, name) =>
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteEndObject();
                },
                new Table().AddColumns("stream"),
                static name => [name]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Describe(SessionStart start)
    {
        var stream = Stream();
        var command = new ExampleCommand("describe", "Say which fields, tags and how many points a stream has.", "otemporal series describe weather") { stream };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var info = await target.DescribeStreamAsync(session.Get(stream), cancellationToken);
            if (session.Answers.IsJson)
            {
                session.Answers.WriteJson(json => SeriesShapes.WriteStream(json, info));
                return ExitCodes.Ok;
            }

            session.Answers.WriteLine($"{Words.Count(info.PointCount)} points of {Words.Count(info.SeriesCount)} series, {info.FirstTime} to {info.LastTime}");
            session.Answers.WriteLine($"fields: {string.Join(", ", info.Fields)}");
            foreach (var (tag, values) in info.Tags)
                session.Answers.WriteLine($"tag {tag}: {Words.Count(values.Count)} values, such as {string.Join(", ", values.Take(5))}");
            session.Answers.WriteLine($"{Words.Bytes(info.MemoryBytes)} in memory, {Words.Bytes(info.HotBytes)} in the log, {Words.Bytes(info.WarmBytes + info.ColdBytes)} in segments");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Points(SessionStart start)
    {
        var stream = Stream();
        var selection = new SeriesOptions();
        var limit = Limiting.Option();
        var command = new ExampleCommand(
            "points",
            "List points in time order.",
            "otemporal series points weather --field temp_max --tag location=Seattle --limit 5",
            "otemporal series points weather --as-of 2026-01-02 --json",
            "otemporal series points weather --from 2012-01-01 --coarse")
        {
            stream, selection.Coarse, limit,
        };
        selection.AddTo(command);
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var isCoarse = session.Get(selection.Coarse);
            var points = target.PointsAsync(session.Get(stream), selection.SelectorOf(session), session.Get(selection.AsOf), isCoarse, Limiting.Probe(session.Get(limit)), cancellationToken);
            string[] columns = ["time", "tags", "field", "value"];
            await Limiting.ShowAsync(
                session,
                points,
                session.Get(limit),
                SeriesShapes.WritePoint,
                new Table().AddColumns(isCoarse ? [.. columns, "resolution"] : columns),
                point => [point.Time.ToString(), point.Tags.Text, point.Field, SeriesShapes.ToText(point.Value), .. isCoarse ? [point.Resolution ?? ""] : Array.Empty<string>()]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Aggregate(SessionStart start)
    {
        var stream = Stream();
        var selection = new SeriesOptions();
        var functions = new Option<string>("--fn") { Description = "count, sum, avg, min, max, first, last, stddev, rate, p50 to p99.9, with commas between them.", HelpName = "functions", Required = true };
        var groupBy = new Option<string?>("--group-by") { Description = "Tags whose values make groups, with commas between them.", HelpName = "tags" };
        var window = Moments.DurationOption("--window", "Length of a window, as in 1m, 1h, 1d; one over everything without it.");
        var slide = Moments.DurationOption("--slide", "From the start of one window to the start of the next; its length without it.");
        var gap = Moments.DurationOption("--gap", "Sessions: so long without a point closes one.");
        var zone = new Option<string?>("--tz") { Description = "Time zone whose midnights days begin with, as in Europe/Berlin.", HelpName = "zone" };
        var command = new ExampleCommand(
            "aggregate",
            "Compute functions of points by group and window.",
            "otemporal series aggregate weather --field temp_max --fn avg,p99 --window 7d --group-by location",
            "otemporal series aggregate cpu --field usage --fn max --window 5m --slide 1m --tag host=a")
        {
            stream, functions, window, slide, gap, groupBy, zone,
        };
        selection.AddTo(command);
        start.Run(command, async (session, cancellationToken) =>
        {
            var ask = new SeriesAsk
            {
                Selector = selection.SelectorOf(session),
                Functions = Split(session.Get(functions)),
                GroupBy = Split(session.Get(groupBy)),
                Window = session.Get(window),
                Slide = session.Get(slide),
                Gap = session.Get(gap),
                TimeZone = session.Get(zone),
                AsOf = session.Get(selection.AsOf),
            };
            var parsed = SeriesFunction.Parse(ask.Functions);
            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumns(["start", "end", "tags", "count", .. parsed.Where(static function => function.Kind != SeriesFunctionKind.Count).Select(static function => function.Name)]);
            await Limiting.ShowAsync(
                session, target.AggregateAsync(session.Get(stream), ask, cancellationToken), 0, (json, row) => SeriesShapes.WriteRow(json, row, parsed), table, row => CellsOf(row, parsed));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string[] CellsOf(SeriesAggregateRow row, ImmutableArray<SeriesFunction> functions) =>
    [
        new EventTime(row.Start).ToString(),
        new EventTime(row.End).ToString(),
        row.Tags,
        Words.Count(row.Count),
        .. functions.Zip(row.Results).Where(static pair => pair.First.Kind != SeriesFunctionKind.Count).Select(static pair => SeriesShapes.ToText(pair.Second)),
    ];

    private static Argument<string> Stream() => new("stream") { Description = "The stream." };

    private static string[] Split(string? list) => list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
