using System.CommandLine;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal get</c>: reads one document, now or as of a moment.</summary>
internal static class GetCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var key = KeyArguments.Key();
        var asOf = Moments.AsOfOption("--as-of", "As the service knew it then.");
        var command = new ExampleCommand(
            "get",
            "Print a document: its value alone, or with --json its version too.",
            "otemporal get users ada",
            "otemporal get users ada --as-of 2026-01-02T03:04:05Z",
            "otemporal get users ada --as-of 17 --json")
        {
            ns, key, asOf,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var version = await target.GetAsync(session.Get(ns), session.Get(key), session.Get(asOf), cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => JsonShapes.WriteVersion(json, version));
            else
                session.Answers.WriteLine(Documents.Indent(version.Value));
            return ExitCodes.Ok;
        });
        return command;
    }
}
