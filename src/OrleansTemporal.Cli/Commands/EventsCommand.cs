using System.CommandLine;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Events;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal events</c>: what deltas say in the words of the domain.</summary>
internal static class EventsCommand
{
    private const int ExcerptLength = 60;

    public static Command Create(SessionStart start)
    {
        var types = new Option<string[]>("--type") { Description = "Only events of this type; may be repeated.", HelpName = "type", AllowMultipleArgumentsPerToken = true };
        var limit = Limiting.Option();
        var command = new ExampleCommand(
            "events",
            "List domain events, the oldest first: what was captured, applied, merged, branched, published.",
            "otemporal events --type BranchCreated BranchMerged",
            "otemporal events --limit 0 --json")
        {
            types, limit,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumns("time", "type", "agent", "sequence", "data");
            await Limiting.ShowAsync(session, target.EventsAsync(session.Get(types) ?? [], cancellationToken), session.Get(limit), Write, table, static one =>
                [one.SystemTime.ToString(), one.Type, one.Agent.ToString(), $"{one.Sequence}", Documents.Excerpt(one.Data, ExcerptLength)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(Utf8JsonWriter json, DomainEvent one)
    {
        json.WriteStartObject();
        json.WriteString("type", one.Type);
        json.WriteString("agent", one.Agent.ToString());
        json.WriteNumber("sequence", one.Sequence);
        json.WriteString("systemTime", one.SystemTime.ToString());
        json.WriteString("root", one.Root.ToString());
        json.WritePropertyName("data");
        json.WriteRawValue(Encoding.UTF8.GetString(one.Data.Span));
        json.WriteEndObject();
    }
}
