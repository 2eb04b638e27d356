using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Patterns;

/// <summary>The routes of standing queries.</summary>
internal static class PatternEndpoints
{
    private const string Tag = "patterns";
    private const string Patterns = "/v1/{workspace}/patterns";
    private const string Pattern = Patterns + "/{pattern}";

    private const int WorkspaceSegment = 1;
    private const int PatternSegment = 3;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Patterns, ListAsync, new("listPatterns", Tag, "Lists the standing queries.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "Patterns")],
        });
        endpoints.MapApi("PUT", Pattern, PutAsync, new("putPattern", Tag, "Defines a standing query; matches from now on become points of the stream alerts.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "PatternDefinition",
            Answers = [(200, "Pattern"), (201, "Pattern")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Pattern, GetAsync, new("getPattern", Tag, "Reads a standing query and how many matches it has found.")
        {
            Answers = [(200, "Pattern")],
        });
        endpoints.MapApi("DELETE", Pattern, DeleteAsync, new("deletePattern", Tag, "Ends a standing query; its matches stay.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "Receipt")],
            Problems = [422, 429, 503],
        });
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after") is { } name ? Names.Validate(name, "after") : null;
        var patterns = await request.Database.Patterns.ListAsync(request.GetReadCall(), GetWorkspace(request), after, QueryParameters.ToPeek(limit), request.Cancellation);
        var count = Math.Min(limit, patterns.Length);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var pattern in patterns.AsSpan()[..count])
        {
            Write(answer, pattern);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, !QueryParameters.HasMore(limit, patterns.Length) ? null : Answers.ComposeLink(
            request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("after", patterns[count - 1].Name)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task PutAsync(ApiRequest request)
    {
        using var body = await RequestBody.ReadAsync(request);
        using var document = JsonBody.Parse(body.Bytes);
        var definition = PatternJson.Read(document.RootElement);
        var (pattern, isNew) = await request.Database.Patterns.PutAsync(
            request.GetWriteCall(body.Bytes.Span), GetWorkspace(request), GetPattern(request), definition, request.Cancellation);
        if (pattern.Receipt is { } receipt)
        {
            Answers.StampRoot(request, receipt);
        }

        var answer = JsonAnswer.Rent();
        Write(answer, pattern);
        await Answers.SendAsync(request, answer, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var (workspace, name) = (GetWorkspace(request), GetPattern(request));
        var pattern = await request.Database.Patterns.FindAsync(request.GetReadCall(), workspace, name, request.Cancellation)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.PatternNotFound, $"There is no pattern '{name}'.") { Field = "name" };
        var answer = JsonAnswer.Rent();
        Write(answer, pattern);
        await Answers.SendAsync(request, answer);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var receipt = await request.Database.Patterns.DeleteAsync(
            request.GetWriteCall([]), GetWorkspace(request), GetPattern(request), request.Cancellation);
        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void Write(JsonAnswer answer, PatternInfo pattern)
    {
        answer.Writer.WriteStartObject();
        if (pattern.Receipt is { } receipt)
        {
            Answers.WriteReceipt(answer, receipt);
        }
        else
        {
            answer.Writer.WriteNumber("sequence"u8, pattern.WriteId.Sequence);
            answer.WriteProperty("systemTime"u8, pattern.SystemTime);
        }

        answer.Writer.WriteString("name"u8, pattern.Name);
        PatternJson.Write(answer.Writer, pattern.Definition);
        answer.WriteProperty("writeId"u8, pattern.WriteId);
        answer.Writer.WriteNumber("matchCount"u8, pattern.MatchCount);
        answer.Writer.WriteEndObject();
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static string GetPattern(ApiRequest request) => request.GetName(PatternSegment, "pattern");
}
