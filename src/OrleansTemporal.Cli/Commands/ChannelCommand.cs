using System.CommandLine;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Subscriptions;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal channel</c>: deltas of many agents in one order.</summary>
internal static class ChannelCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "channel",
        "Make channels, which carry the deltas of many agents in one order, for subscribers.",
        "otemporal channel put orders --source kv/orders --source kv/customers",
        "otemporal channel get orders",
        "otemporal channel list")
    {
        Put(start), Get(start), List(start),
    };

    private static Argument<string> Channel() => new("channel") { Description = "Name of the channel." };

    private static ExampleCommand Put(SessionStart start)
    {
        var channel = Channel();
        var sources = new Option<string[]>("--source") { Description = "What it carries: a kind (kv, series, signals, vectors, timelines), or kind/name; what routes lead to it when absent, and everything until one does.", HelpName = "kind/name" };
        var guarantee = new Option<string>("--guarantee") { Description = "atMostOnce, atLeastOnce or exactlyOnce.", DefaultValueFactory = static _ => "atLeastOnce" };
        guarantee.AcceptOnlyFromAmong("atMostOnce", "atLeastOnce", "exactlyOnce");
        var command = new ExampleCommand(
            "put",
            "Make a channel, or change what it carries and promises.",
            "otemporal channel put all",
            "otemporal channel put orders --source kv/orders --source signals --guarantee exactlyOnce")
        {
            channel, sources, guarantee,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var settings = new ChannelSettings
            {
                Sources = [.. (session.Get(sources) ?? []).Select(ParseSource)],
                IsOpen = session.Get(sources) is not { Length: > 0 },
                Guarantee = SubscriptionJson.TryParse(session.Get(guarantee), out var chosen) ? chosen : default,
            };
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            await target.Subscriptions.PutChannelAsync(session.Get(channel), settings, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("name", session.Get(channel));
                    SubscriptionJson.WriteMembers(json, settings);
                    json.WriteEndObject();
                });
            else
                session.Answers.WriteLine($"channel '{session.Get(channel)}' carries {SourcesOf(settings)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Get(SessionStart start)
    {
        var channel = Channel();
        var command = new ExampleCommand("get", "Print what a channel carries, and how it is doing.", "otemporal channel get orders") { channel };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var answer = await target.Subscriptions.GetChannelAsync(session.Get(channel), cancellationToken);
            session.Answers.WriteJson(answer.WriteTo);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand List(SessionStart start)
    {
        var limit = Limiting.Option();
        var command = new ExampleCommand("list", "List the channels of the workspace.", "otemporal channel list") { limit };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(
                session,
                target.Subscriptions.ListChannelsAsync(cancellationToken),
                session.Get(limit),
                static (json, row) => row.WriteTo(json),
                new Table().AddColumns("channel", "guarantee", "sources"),
                static row => [Text(row, "name"), Text(row, "guarantee"), string.Join(", ", row.GetProperty("sources").EnumerateArray().Select(SourceOf))]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static string SourceOf(JsonElement source) => source.TryGetProperty("name", out var name) ? $"{Text(source, "kind")}/{name.GetString()}" : Text(source, "kind");

    private static string SourcesOf(ChannelSettings settings) => settings.IsOpen
        ? "everything, until a route leads to it"
        : string.Join(", ", settings.Sources.Select(static source => source.Name is null ? AgentKinds.ToName(source.Kind) : $"{AgentKinds.ToName(source.Kind)}/{source.Name}"));

    private static ChannelSource ParseSource(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return AgentKinds.TryParse(slash < 0 ? text : text[..slash], out var kind)
            ? new ChannelSource { Kind = kind, Name = slash < 0 ? null : text[(slash + 1)..] }
            : throw Advice.Refuse($"'{text}' is no source; one looks like kv or kv/orders.");
    }
}
