using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Errors;

/// <summary>Writes problem details with their headers.</summary>
internal static class ProblemWriter
{
    /// <summary>Prefix of <c>type</c>; the code follows.</summary>
    internal const string TypePrefix = "urn:orleanstemporal:problem:";

    private const string ContentType = "application/problem+json";

    /// <summary>Answers a request with a problem.</summary>
    internal static Task WriteAsync(HttpContext http, Problem problem, string systemTime)
    {
        var response = http.Response;
        response.Clear();
        response.StatusCode = problem.Status;
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers[HeaderNames.SystemTime] = systemTime;
        if (problem.RetryAfter is { } wait)
        {
            headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (problem.OperationLocation is not null)
        {
            headers[HeaderNames.OperationLocation] = problem.OperationLocation;
        }

        if (problem.ETag is not null)
        {
            headers.ETag = problem.ETag;
        }

        if (problem.Allow is not null)
        {
            headers.Allow = problem.Allow;
        }

        if (problem.Closes && http.Request.Protocol == HttpProtocol.Http11)
        {
            headers.Connection = "close";
        }

        var answer = JsonAnswer.Rent();
        WriteBody(answer, problem);
        return answer.SendAsync(http, ContentType, CancellationToken.None);
    }

    private static void WriteBody(JsonAnswer answer, Problem problem)
    {
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("type"u8, TypePrefix + problem.Code);
        json.WriteString("title"u8, ToTitle(problem.Code));
        json.WriteNumber("status"u8, problem.Status);
        json.WriteString("detail"u8, problem.Detail);
        json.WriteString("code"u8, problem.Code);
        if (problem.Field is not null)
        {
            json.WriteString("field"u8, problem.Field);
        }

        if (problem.Limit is { } limit)
        {
            json.WriteNumber("limit"u8, limit);
        }

        if (problem.OutcomeKnown is { } known)
        {
            json.WriteBoolean("outcomeKnown"u8, known);
        }

        json.WriteEndObject();
    }

    // A title is the same for every occurrence, so it is the code in words.
    private static string ToTitle(string code) => string.Create(code.Length, code, static (span, text) =>
    {
        text.AsSpan().Replace(span, '_', ' ');
        span[0] = char.ToUpperInvariant(span[0]);
    });
}
