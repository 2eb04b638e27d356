using System.CommandLine;
using OrleansTemporal.Export;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal export</c>: every document of a namespace at one moment.</summary>
internal static class ExportCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var prefix = new Option<string>("--prefix") { Description = "Only keys that start with this.", HelpName = "text", DefaultValueFactory = _ => "" };
        var asOf = Moments.AsOfOption("--as-of", "The moment to export; now when left out.");
        var format = new Option<ExportFormat>("--format")
        {
            Description = "ndjson, json or csv.",
            HelpName = "format",
            DefaultValueFactory = _ => ExportFormat.Ndjson,
        };
        var command = new ExampleCommand(
            "export",
            "Print every document of a namespace as it was at one moment, in key order.",
            "otemporal export users > users.ndjson",
            "otemporal export users --format csv --as-of 2026-01-02T03:04:05Z",
            "otemporal export users --data ./old | otemporal import - -n users --key-field key --value-field value --url http://127.0.0.1:5080")
        {
            ns, prefix, asOf, format,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await new Exporter(target, session.Answers).RunAsync(
                session.Get(ns), session.Get(prefix)!, session.Get(asOf), session.Get(format), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }
}
