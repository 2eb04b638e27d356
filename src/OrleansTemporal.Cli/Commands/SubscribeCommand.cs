using System.CommandLine;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Channels;
using OrleansTemporal.Subscriptions;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal subscribe</c>: who reads channels, and how far they have come.</summary>
internal static partial class SubscribeCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "subscribe",
        "Subscribe to channels, follow what changes, and acknowledge it.",
        "otemporal subscribe create orders",
        "otemporal subscribe follow 5f0e8c2b9d3a4711",
        "otemporal subscribe pull 5f0e8c2b9d3a4711 --wait 30s",
        "otemporal subscribe ack 5f0e8c2b9d3a4711 42")
    {
        Make(start), List(start), Get(start), Follow(start), Pull(start),
        Move(start, "ack", "Acknowledge everything up to a cursor.", withCursor: true),
        Move(start, "nack", "Give back everything that is leased; what stands up to the cursor has had one of its tries.", withCursor: true),
        Move(start, "pause", "Have nothing more handed out; nothing is lost.", withCursor: false),
        Move(start, "resume", "Go on where it was paused.", withCursor: false),
        Dead(start), End(start),
    };

    private static Argument<string> Id() => new("id") { Description = "Id of the subscription." };

    private static ExampleCommand Make(SessionStart start)
    {
        var channels = new Argument<string[]>("channel") { Description = "One channel, or several.", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string>("--name") { Description = "What you call it.", DefaultValueFactory = static _ => "" };
        var from = new Option<string>("--from") { Description = "now, beginning, or a cursor.", HelpName = "place", DefaultValueFactory = static _ => "now" };
        var filter = new Option<string?>("--filter") { Description = "Which deltas, as the JSON that REST takes, or @file.", HelpName = "json" };
        var lease = Moments.DurationOption("--lease", "How long a delta may wait for its acknowledgement; 30s when absent.");
        var tries = new Option<int>("--max-tries") { Description = "How often a delta is handed out before it is put aside.", DefaultValueFactory = static _ => 5 };
        var webhook = new Option<string?>("--webhook") { Description = "Push to this address.", HelpName = "url" };
        var secret = new Option<string?>("--secret") { Description = "Key of the signatures of the webhook.", HelpName = "text" };
        var structured = new Option<bool>("--structured") { Description = "Push structured CloudEvents; binary ones when absent." };
        var command = new ExampleCommand(
            "create",
            "Make a subscription; prints its id.",
            "otemporal subscribe create orders --from beginning",
            "otemporal subscribe create orders --filter '{\"changeTypes\":[\"delete\"],\"keyPrefix\":\"eu/\"}'",
            "otemporal subscribe create orders --webhook https://example.org/hook --secret s3cret")
        {
            channels, name, from, filter, lease, tries, webhook, secret, structured,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var order = new SubscriptionOrder
            {
                Name = session.Get(name)!,
                Channels = [.. session.Get(channels)],
                From = session.Get(from)!,
                Filter = session.Get(filter) is { } text ? await ParseFilterAsync(text, session, cancellationToken) : new SubscriptionFilter(),
                Lease = session.Get(lease) ?? TimeSpan.FromSeconds(30),
                MaxTries = session.Get(tries),
                Webhook = session.Get(webhook) is { } url
                    ? new WebhookTarget { Url = url, Secret = session.Get(secret), Mode = session.Get(structured) ? WebhookMode.Structured : WebhookMode.Binary }
                    : null,
            };
            var target = await session.OpenAsync(cancellationToken);
            var made = await target.Subscriptions.SubscribeAsync(order, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(made.WriteTo);
            else
                session.Answers.WriteLine(made.GetProperty("id").GetString()!);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand List(SessionStart start)
    {
        var limit = Limiting.Option();
        var command = new ExampleCommand("list", "List the subscriptions of the workspace.", "otemporal subscribe list") { limit };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(
                session,
                target.Subscriptions.ListAsync(cancellationToken),
                session.Get(limit),
                static (json, row) => row.WriteTo(json),
                new Table().AddColumns("id", "name", "channels", "status", "cursor", "pending", "lag", "dead"),
                static row =>
                [
                    Text(row, "id"), Text(row, "name"), string.Join(", ", row.GetProperty("channels").EnumerateArray().Select(static channel => channel.GetString())),
                    Text(row, "status"), Text(row, "cursor"), Metric(row, "pending"), Metric(row, "lag"), Metric(row, "dead"),
                ]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Get(SessionStart start)
    {
        var id = Id();
        var command = new ExampleCommand("get", "Print what a subscription is, and where it stands.", "otemporal subscribe get 5f0e8c2b9d3a4711") { id };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            session.Answers.WriteJson((await target.Subscriptions.GetAsync(session.Get(id), cancellationToken)).WriteTo);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand End(SessionStart start)
    {
        var id = Id();
        var command = new ExampleCommand("delete", "End a subscription.", "otemporal subscribe delete 5f0e8c2b9d3a4711") { id };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await target.Subscriptions.DeleteAsync(session.Get(id), cancellationToken);
            session.Answers.Notice($"subscription {session.Get(id)} has ended.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static string Metric(JsonElement row, string name) => row.GetProperty("metrics").GetProperty(name).ToString();

    private static async Task<SubscriptionFilter> ParseFilterAsync(string text, Session session, CancellationToken cancellationToken)
    {
        var bytes = await ValueArgument.ReadAsync(text, session.Terminal.Input, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return SubscriptionFilterJson.Read(document.RootElement, "filter");
        }
        catch (JsonException)
        {
            throw Advice.Refuse($"'{Encoding.UTF8.GetString(bytes.Span)}' is no JSON.");
        }
    }
}
