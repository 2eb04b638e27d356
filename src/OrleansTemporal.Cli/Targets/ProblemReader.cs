using System.Net;
using System.Text.Json;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Targets;

/// <summary>Turns an answer that is not good into the exception that the embedded product would have thrown.</summary>
internal static class ProblemReader
{
    public static async Task<TemporalException> ReadAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        string? code = null, detail = null, field = null;
        long? limit = null;
        var outcomeUnknown = false;
        try
        {
            using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            if (body.RootElement.ValueKind == JsonValueKind.Object)
            {
                code = Text(body.RootElement, "code");
                detail = Text(body.RootElement, "detail") ?? Text(body.RootElement, "title");
                field = Text(body.RootElement, "field");
                limit = body.RootElement.TryGetProperty("limit", out var number) && number.TryGetInt64(out var value) ? value : null;
                outcomeUnknown = body.RootElement.TryGetProperty("outcomeKnown", out var known) && known.ValueKind == JsonValueKind.False;
            }
        }
        catch (JsonException)
        {
            // Something between us and the server answered in its own words; the status says enough.
        }

        return new TemporalException(
            KindOf(status, code),
            code ?? $"http_{(int)status}",
            detail ?? $"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Authority)} answered {(int)status} {response.ReasonPhrase}.")
        {
            Field = field,
            Limit = limit,
            OutcomeUnknown = outcomeUnknown,
            RetryAfter = RetryAfter(response, clock),
            CurrentETag = response.Headers.ETag?.Tag,
        };
    }

    private static ErrorKind KindOf(HttpStatusCode status, string? code) => (int)status switch
    {
        404 => ErrorKind.NotFound,
        409 when code == ErrorCodes.Fenced => ErrorKind.Fenced,
        409 => ErrorKind.Conflict,
        410 => ErrorKind.Gone,
        412 => ErrorKind.PreconditionFailed,
        413 => ErrorKind.TooLarge,
        401 or 403 => ErrorKind.Forbidden,
        429 => ErrorKind.Throttled,
        502 or 503 or 504 => ErrorKind.Unavailable,
        500 when code == ErrorCodes.Corrupt => ErrorKind.Corrupt,
        >= 400 and < 500 => ErrorKind.Invalid,
        _ => ErrorKind.Internal,
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
