using System.Globalization;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Events;

/// <summary>The domain events of a workspace.</summary>
internal static class EventEndpoints
{
    private const int WorkspaceSegment = 1;

    /// <summary>Maps the route.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("GET", "/v1/{workspace}/events", ListAsync, new("listEvents", "system", "Lists domain events in the order of system time; the cursor of a page reads on from there.")
        {
            Parameters = ["eventType", "limit", "cursor"],
            Answers = [(200, "DomainEvents")],
        });

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var types = QueryParameters.Find(request.Path, "type");
        var after = default(DomainEventCursor);
        if (QueryParameters.Find(request.Path, "cursor") is { } text && !DomainEventCursor.TryParse(text, out after))
        {
            throw QueryParameters.Malformed("cursor", "'cursor' is what an earlier page answered.");
        }

        var page = await request.Database.Events.ReadAsync(
            request.GetReadCall(), request.GetName(WorkspaceSegment, "workspace"), types is null ? [] : [.. types.Split(',')], after, limit, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var one in page.Events)
        {
            Write(answer, one);
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteString("cursor"u8, page.Next.ToString());
        Answers.WriteNextLink(answer, page.HasMore
            ? Answers.ComposeLink(request, ("type", types), ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("cursor", page.Next.ToString()))
            : null);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void Write(JsonAnswer answer, DomainEvent one)
    {
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("type"u8, one.Type);
        answer.Writer.WriteString("id"u8, $"{one.Agent}@{one.Sequence}");
        answer.Writer.WriteString("agent"u8, one.Agent.ToString());
        answer.Writer.WriteNumber("sequence"u8, one.Sequence);
        answer.WriteProperty("systemTime"u8, one.SystemTime);
        answer.Writer.WriteString("root"u8, one.Root.ToString());
        answer.Writer.WritePropertyName("data"u8);
        answer.Writer.WriteRawValue(one.Data.Span);
        answer.Writer.WriteEndObject();
    }
}
