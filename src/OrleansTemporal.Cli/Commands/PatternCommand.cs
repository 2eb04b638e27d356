using System.CommandLine;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Patterns;
using OrleansTemporal.Rendering;
using OrleansTemporal.Series;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal pattern</c>: standing queries over streams.</summary>
internal static class PatternCommand
{
    private const string Example = """otemporal pattern put failing '{"followedBy":{"first":{"stream":"cpu","field":"usage","gt":0.9},"then":{"stream":"log","field":"errors","gte":1}},"within":"5m","on":["host"]}'""";

    public static Command Create(SessionStart start) => new ExampleCommand(
        "pattern",
        "Define standing queries over streams; their matches are points of the stream alerts.",
        Example,
        "otemporal pattern list",
        "otemporal series points alerts --tag pattern=failing")
    {
        Put(start), List(start), Delete(start),
    };

    private static ExampleCommand Put(SessionStart start)
    {
        var name = Name();
        var definition = new Argument<string>("definition") { Description = "The definition as JSON: one of threshold, times, followedBy and notFollowedBy, and within, lateness, on." };
        var command = new ExampleCommand(
            "put",
            "Define a pattern, or define it anew; it looks at points that are written from then on.",
            Example,
            """otemporal pattern put hot '{"threshold":{"stream":"weather","field":"temp_max","gt":35},"within":"1d","on":["location"]}'""")
        {
            name, definition,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            PatternDefinition parsed;
            try
            {
                using var json = JsonDocument.Parse(session.Get(definition));
                parsed = PatternJson.Read(json.RootElement);
            }
            catch (JsonException fault)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"The definition is not JSON: {fault.Message}", fault);
            }

            var target = await session.OpenAsync(cancellationToken);
            var isNew = await target.Analytics.PutPatternAsync(session.Get(name), parsed, cancellationToken);
            session.Answers.Notice(isNew ? $"pattern {session.Get(name)} is defined" : $"pattern {session.Get(name)} is defined as given");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand List(SessionStart start)
    {
        var command = new ExampleCommand("list", "List the patterns and how many matches they have found.", "otemporal pattern list");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(
                session,
                target.Analytics.PatternsAsync(cancellationToken),
                0,
                AnalyticsShapes.WritePattern,
                new Table().AddColumns("pattern", "kind", "streams", "within", "matches"),
                static pattern =>
                [
                    pattern.Name,
                    pattern.Definition.Kind.ToString(),
                    string.Join(", ", pattern.Definition.Conditions.Select(static condition => condition.Stream)),
                    SeriesDurations.Format(pattern.Definition.Within),
                    Words.Count(pattern.MatchCount),
                ]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Delete(SessionStart start)
    {
        var name = Name();
        var command = new ExampleCommand("delete", "End a pattern; its matches stay.", "otemporal pattern delete failing") { name };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await target.Analytics.DeletePatternAsync(session.Get(name), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "The pattern." };
}
