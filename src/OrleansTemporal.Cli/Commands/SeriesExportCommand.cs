using System.CommandLine;
using OrleansTemporal.Export;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal series export</c>: the points of a stream at one moment, as rows that can be imported.</summary>
internal static class SeriesExportCommand
{
    public static Command Create(SessionStart start)
    {
        var stream = new Argument<string>("stream") { Description = "The stream." };
        var selection = new SeriesOptions();
        var format = new Option<ExportFormat>("--format")
        {
            Description = "ndjson, json or csv.",
            HelpName = "format",
            DefaultValueFactory = _ => ExportFormat.Ndjson,
        };
        var command = new ExampleCommand(
            "export",
            "Print the points of a stream as they were at one moment: a row for each set of tags and time, a column for each tag and field.",
            "otemporal series export weather > weather.ndjson",
            "otemporal series export weather --format csv --tag location=Seattle --as-of 2026-01-02T03:04:05Z",
            "otemporal series export weather --data ./old | otemporal import - --stream weather --time time")
        {
            stream, format, selection.Coarse,
        };
        selection.AddTo(command);
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await new SeriesExporter(target, session.Answers).RunAsync(
                session.Get(stream), selection.SelectorOf(session), session.Get(selection.AsOf), session.Get(selection.Coarse), session.Get(format), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }
}
