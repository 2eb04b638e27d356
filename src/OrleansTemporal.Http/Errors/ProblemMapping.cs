using Microsoft.AspNetCore.Http;

namespace OrleansTemporal.Errors;

/// <summary>Says in one place what every failure becomes on the wire.</summary>
internal static class ProblemMapping
{
    private static readonly TimeSpan RetryAfterDefault = TimeSpan.FromSeconds(1);

    // Bringing back takes hours.
    private static readonly TimeSpan ArchivedRetryAfter = TimeSpan.FromMinutes(10);

    /// <summary>The problem for an exception of a handler.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="timedOut">Whether the request's own time was up.</param>
    /// <param name="writeStarted">Whether a write had been handed to an agent.</param>
    internal static Problem From(Exception exception, bool timedOut, bool writeStarted) => exception switch
    {
        ProblemException refusal => refusal.Problem,
        OperationCanceledException when timedOut => TimedOut(writeStarted),
        TemporalException { InnerException: OperationCanceledException } when timedOut => TimedOut(writeStarted),

        // To whoever writes, 202 would say that the write has been taken.
        TemporalException { Kind: ErrorKind.Archived } fault when writeStarted => From(fault) with
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            RetryAfter = ArchivedRetryAfter,
        },
        TemporalException { Kind: ErrorKind.Archived } fault => From(fault) with { RetryAfter = ArchivedRetryAfter },
        TemporalException fault => From(fault),
        BadHttpRequestException bad => From(bad),
        OperationCanceledException or ObjectDisposedException => Retry(new Problem(
            StatusCodes.Status503ServiceUnavailable, ErrorCodes.NotReady, "The service is stopping.")
        {
            OutcomeKnown = writeStarted ? false : null,
        }),
        _ => new Problem(
            StatusCodes.Status500InternalServerError, HttpErrorCodes.InternalError, "The service failed; its log says why.")
        {
            OutcomeKnown = writeStarted ? false : null,
        },
    };

    private static Problem From(TemporalException fault)
    {
        var problem = new Problem(StatusOf(fault), fault.Code, fault.Message)
        {
            Field = fault.Field,
            Limit = fault.Limit,
            OutcomeKnown = fault.OutcomeUnknown ? false : null,
            RetryAfter = fault.RetryAfter,
            ETag = Quote(fault.CurrentETag),
            Closes = fault.Kind == ErrorKind.TooLarge,
        };
        return problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable ? Retry(problem) : problem;
    }

    private static int StatusOf(TemporalException fault) => fault.Kind switch
    {
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict or ErrorKind.Fenced => StatusCodes.Status409Conflict,
        ErrorKind.PreconditionFailed => StatusCodes.Status412PreconditionFailed,
        ErrorKind.Invalid when fault.Code.StartsWith("malformed_", StringComparison.Ordinal) => StatusCodes.Status400BadRequest,
        ErrorKind.Invalid => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.Gone => StatusCodes.Status410Gone,
        ErrorKind.Throttled => StatusCodes.Status429TooManyRequests,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.Archived => StatusCodes.Status202Accepted,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.Corrupt or ErrorKind.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static Problem From(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new Problem(bad.StatusCode, ErrorCodes.BodyTooLarge, "The body is larger than a body may be.")
        {
            Limit = Limits.BodyBytesMax,
            Closes = true,
        },
        StatusCodes.Status408RequestTimeout => new Problem(bad.StatusCode, ErrorCodes.TimedOut, "The body arrives too slowly.") { Closes = true },
        StatusCodes.Status431RequestHeaderFieldsTooLarge => new Problem(bad.StatusCode, ErrorCodes.HeaderTooLarge, "The headers are too large.") { Closes = true },
        _ => new Problem(bad.StatusCode, HttpErrorCodes.MalformedRequest, "The request is not valid HTTP.") { Closes = true },
    };

    private static Problem TimedOut(bool writeStarted) => Retry(new Problem(
        StatusCodes.Status503ServiceUnavailable,
        ErrorCodes.TimedOut,
        writeStarted
            ? "The request ran out of time; the write may or may not be applied. The same Idempotency-Key settles it."
            : "The request ran out of time.")
    {
        OutcomeKnown = writeStarted ? false : null,
        Closes = true,
    });

    private static Problem Retry(Problem problem) => problem.RetryAfter is null ? problem with { RetryAfter = RetryAfterDefault } : problem;

    private static string? Quote(string? tag) => tag is null || tag.StartsWith('"') ? tag : $"\"{tag}\"";
}
