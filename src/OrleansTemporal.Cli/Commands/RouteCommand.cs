using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansTemporal.Rendering;
using OrleansTemporal.Routing;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal route</c>: which deltas go into which channels.</summary>
internal static class RouteCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "route",
        "Say which deltas go into which channels, and how urgent they are.",
        "otemporal route put drift --from 'timelines/*' --to alerts --min-magnitude 0.5 --priority high",
        "otemporal route put night --from 'kv/orders*' --to shop audit --hours 22-6@Europe/Berlin --ttl 5m",
        "otemporal route list",
        "otemporal route delete night")
    {
        Put(start), List(start), Show(start), Delete(start),
    };

    private static Argument<string> Name() => new("name") { Description = "Name of the route." };

    private static ExampleCommand Put(SessionStart start)
    {
        var name = Name();
        var from = new Option<string>("--from") { Description = "A glob over kind/name, as in timelines/* or kv/order?.", HelpName = "glob", Required = true };
        var to = new Option<string[]>("--to") { Description = "Channels.", HelpName = "channel", Required = true, AllowMultipleArgumentsPerToken = true };
        var priority = new Option<string>("--priority") { Description = "low, normal, high or critical.", DefaultValueFactory = static _ => "normal" };
        priority.AcceptOnlyFromAmong("low", "normal", "high", "critical");
        var live = new Option<string?>("--ttl") { Description = "How long a delta is worth delivering: 30s, 5m, 1h; for ever when left out.", HelpName = "time" };
        var magnitude = new Option<double?>("--min-magnitude") { Description = "The least magnitude of a delta.", HelpName = "number" };
        var pairs = new Option<string[]>("--metadata") { Description = "A pair that its metadata has, as in env=prod; may be repeated.", HelpName = "key=value" };
        var keys = new Option<string[]>("--has") { Description = "A key that its metadata has; may be repeated.", HelpName = "key" };
        var hours = new Option<string?>("--hours") { Description = "Hours of the day, over midnight when the first is the later: 9-17, 22-6@Europe/Berlin.", HelpName = "from-to@zone" };
        var command = new ExampleCommand(
            "put",
            "Make a route, or have it say something else from now on.",
            "otemporal route put all --from '*' --to everything",
            "otemporal route put prod --from 'kv/*' --to alerts --metadata env=prod --hours 9-17")
        {
            name, from, to, priority, live, magnitude, pairs, keys, hours,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var conditions = new JsonArray();
            if (session.Get(magnitude) is { } least)
                conditions.Add((JsonNode)new JsonObject { ["minMagnitude"] = least });
            foreach (var pair in session.Get(pairs) ?? [])
                conditions.Add((JsonNode)new JsonObject { ["metadataEquals"] = PairOf(pair) });
            foreach (var key in session.Get(keys) ?? [])
                conditions.Add((JsonNode)new JsonObject { ["metadataExists"] = key });
            if (session.Get(hours) is { } day)
                conditions.Add((JsonNode)new JsonObject { ["timeOfDay"] = HoursOf(day) });
            var json = new JsonObject
            {
                ["sourcePattern"] = session.Get(from),
                ["channels"] = new JsonArray([.. session.Get(to)!.Select(static channel => (JsonNode)channel)]),
                ["priority"] = session.Get(priority),
                ["ttl"] = session.Get(live),
                ["conditions"] = conditions,
            };
            using var document = JsonDocument.Parse(json.ToJsonString());
            var route = RouteJson.Read(document.RootElement);
            var target = await session.OpenAsync(cancellationToken);
            var isNew = await target.PutRouteAsync(session.Get(name), route, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(writer => WriteDefinition(writer, session.Get(name), route));
            else
                session.Answers.WriteLine($"{(isNew ? "created" : "changed")} {session.Get(name)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand List(SessionStart start)
    {
        var command = new ExampleCommand("list", "List the routes.", "otemporal route list --json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumns("route", "from", "to", "priority");
            await Limiting.ShowAsync(session, target.RoutesAsync(cancellationToken), 0, WriteRoute, table, static route =>
                [route.Name, route.Definition.SourcePattern, string.Join(' ', route.Definition.Channels), RoutingPriorities.NameOf(route.Definition.Priority)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Show(SessionStart start)
    {
        var name = Name();
        var asOf = Moments.AsOfOption("--as-of", "The moment to answer for; now when left out.");
        var command = new ExampleCommand("show", "Show a route, now or as of a moment.", "otemporal route show drift --as-of 2026-01-02") { name, asOf };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var route = await target.GetRouteAsync(session.Get(name), session.Get(asOf), cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => WriteRoute(json, route));
            else
                session.Answers.WriteLine(Encoding.UTF8.GetString(RouteJson.ToBytes(route.Definition)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Delete(SessionStart start)
    {
        var name = Name();
        var command = new ExampleCommand("delete", "End a route; channels keep what it led to them.", "otemporal route delete drift") { name };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await target.DeleteRouteAsync(session.Get(name), cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("deleted", session.Get(name));
                    json.WriteEndObject();
                });
            else
                session.Answers.WriteLine($"deleted {session.Get(name)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static JsonObject PairOf(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? new JsonObject { [text[..equals]] = text[(equals + 1)..] } : throw Advice.Refuse($"'{text}' is no pair of metadata, which is written key=value.");
    }

    private static JsonObject HoursOf(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var span = (at < 0 ? text : text[..at]).Split('-');
        return span.Length == 2 && int.TryParse(span[0], out var first) && int.TryParse(span[1], out var last)
            ? new JsonObject { ["startHour"] = first, ["endHour"] = last, ["tz"] = at < 0 ? "UTC" : text[(at + 1)..] }
            : throw Advice.Refuse($"'{text}' are no hours, which are written 9-17 or 22-6@Europe/Berlin.");
    }

    private static void WriteRoute(Utf8JsonWriter json, RouteInfo route) => WriteDefinition(json, route.Name, route.Definition);

    private static void WriteDefinition(Utf8JsonWriter json, string name, RouteDefinition route)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        RouteJson.WriteMembers(json, route);
        json.WriteEndObject();
    }
}
