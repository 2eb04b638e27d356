using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Channels;

/// <summary>The routes of channels.</summary>
internal static class ChannelEndpoints
{
    private const string Tag = "channels";
    private const string Channel = "/v1/{workspace}/channels/{channel}";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("PUT", Channel, PutAsync, new("putChannel", Tag, "Makes a channel, or changes what it carries and what its subscribers may rely on.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "ChannelSettings",
            BodyIsOptional = true,
            Answers = [(200, "ChannelWritten"), (201, "ChannelWritten")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", Channel, GetAsync, new("getChannel", Tag, "Says what a channel carries, and how it is doing.")
        {
            Answers = [(200, "Channel")],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/channels", ListAsync, new("listChannels", Tag, "Lists the channels.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "Channels")],
        });
    }

    private static async Task PutAsync(ApiRequest request)
    {
        var (workspace, channel) = (request.GetName(1, "workspace"), request.GetName(3, "channel"));
        ChannelSettings settings;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            settings = ReadSettings(body.Bytes);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        var result = await request.Database.Channels.ChangeAsync(call, workspace, channel, settings, request.Cancellation);
        settings = await request.Database.Channels.AsTheyAreAsync(workspace, channel, settings, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        CatalogJson.WriteChange(request, answer, result);
        SubscriptionJson.WriteMembers(answer.Writer, settings);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var (workspace, name) = (request.GetName(1, "workspace"), request.GetName(3, "channel"));
        var call = request.GetReadCall();
        var channel = await request.Database.Channels.DescribeAsync(call, workspace, name, request.Cancellation);
        var metrics = await request.Database.Channels.GetMetricsAsync(call, workspace, name, request.Cancellation);
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        SubscriptionJson.WriteMembers(json, channel.Settings);
        json.WriteStartObject("metrics"u8);
        SubscriptionJson.WriteMembers(json, metrics);
        json.WriteEndObject();
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var workspace = request.GetName(1, "workspace");
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        var channels = await request.Database.Channels.ListAsync(request.GetReadCall(), workspace, after, QueryParameters.ToPeek(limit), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var channel in channels.Take(limit))
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("name"u8, channel.Agent.Name);
            SubscriptionJson.WriteMembers(answer.Writer, channel.Settings);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        var next = QueryParameters.HasMore(limit, channels.Length) ? channels[Math.Min(limit, channels.Length) - 1].Agent.Name : null;
        Answers.WriteNextLink(answer, next is null ? null : Answers.ComposeLink(request, ("limit", $"{limit}"), ("after", next)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static ChannelSettings ReadSettings(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.ParseOptional(body);
        var settings = new ChannelSettings { Sources = [], IsOpen = true };
        foreach (var property in document.RootElement.EnumerateObject())
        {
            settings = property.Name switch
            {
                "guarantee" => settings with { Guarantee = SubscriptionJson.TryParse(JsonBody.GetText(property.Value, "guarantee"), out var guarantee) ? guarantee : throw JsonBody.Invalid("guarantee", "'guarantee' is atMostOnce, atLeastOnce or exactlyOnce.") },
                "sources" => settings with { Sources = ReadSources(property.Value), IsOpen = false },
                _ => throw JsonBody.Unknown(property.Name),
            };
        }

        return settings;
    }

    private static ImmutableArray<ChannelSource> ReadSources(JsonElement sources) => sources.ValueKind == JsonValueKind.Array
        ? [.. sources.EnumerateArray().Select(ReadSource)]
        : throw JsonBody.Invalid("sources", "'sources' is an array of objects with 'kind' and 'name'.");

    private static ChannelSource ReadSource(JsonElement source)
    {
        if (source.ValueKind != JsonValueKind.Object || !source.TryGetProperty("kind", out var kindText) || !AgentKinds.TryParse(JsonBody.GetText(kindText, "kind"), out var kind))
        {
            throw JsonBody.Invalid("sources", "A source has a 'kind', one of kv, series, signals, vectors and timelines, and may have a 'name'.");
        }

        string? name = null;
        foreach (var property in source.EnumerateObject())
        {
            name = property.Name switch
            {
                "kind" => name,
                "name" => property.Value.ValueKind == JsonValueKind.Null ? null : JsonBody.GetText(property.Value, "name"),
                _ => throw JsonBody.Unknown(property.Name),
            };
        }

        return new ChannelSource { Kind = kind, Name = name };
    }
}
