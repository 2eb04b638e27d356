using Microsoft.AspNetCore.Http;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Http.Tests.Errors;

/// <summary>What every failure becomes on the wire.</summary>
public sealed class ProblemMappingTests
{
    [Theory]
    [InlineData(ErrorKind.NotFound, "key_not_found", 404)]
    [InlineData(ErrorKind.Conflict, "workspace_protected", 409)]
    [InlineData(ErrorKind.Fenced, "fenced", 409)]
    [InlineData(ErrorKind.PreconditionFailed, "precondition_failed", 412)]
    [InlineData(ErrorKind.Invalid, "malformed_json", 400)]
    [InlineData(ErrorKind.Invalid, "malformed_path", 400)]
    [InlineData(ErrorKind.Invalid, "invalid_name", 422)]
    [InlineData(ErrorKind.TooLarge, "value_too_large", 413)]
    [InlineData(ErrorKind.Gone, "history_expired", 410)]
    [InlineData(ErrorKind.Throttled, "journal_full", 429)]
    [InlineData(ErrorKind.Unavailable, "storage_failed", 503)]
    [InlineData(ErrorKind.Forbidden, "forbidden", 403)]
    [InlineData(ErrorKind.Corrupt, "corrupt", 500)]
    [InlineData(ErrorKind.Internal, "invariant_broken", 500)]
    public void every_kind_has_its_status(ErrorKind kind, string code, int status)
    {
        var problem = ProblemMapping.From(new TemporalException(kind, code, "text") { Field = "f", Limit = 3, OutcomeUnknown = true }, false, true);
        Assert.Equal((status, code, "text", "f", 3L, false), (problem.Status, problem.Code, problem.Detail, problem.Field, problem.Limit, problem.OutcomeKnown));
        Assert.Equal(status is 429 or 503, problem.RetryAfter is not null);
    }

    /// <summary>To whoever writes, 202 would say that the write has been taken.</summary>
    [Theory]
    [InlineData(false, 202)]
    [InlineData(true, 503)]
    public void what_is_archived_is_accepted_of_readers_only(bool writeStarted, int status)
    {
        var problem = ProblemMapping.From(new TemporalException(ErrorKind.Archived, ErrorCodes.Archived, "text"), false, writeStarted);
        Assert.Equal((status, ErrorCodes.Archived, true), (problem.Status, problem.Code, problem.RetryAfter > TimeSpan.Zero));
    }

    [Fact]
    public void every_kind_is_mapped() => Assert.All(Enum.GetValues<ErrorKind>(), kind =>
        Assert.True(kind is ErrorKind.Corrupt or ErrorKind.Internal == (ProblemMapping.From(new TemporalException(kind, "c", "t"), false, false).Status == 500)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void time_that_is_up_leaves_the_outcome_open_only_after_a_write_began(bool writeStarted)
    {
        var problem = ProblemMapping.From(new OperationCanceledException(), timedOut: true, writeStarted);
        Assert.Equal((503, "timed_out"), (problem.Status, problem.Code));
        Assert.Equal(writeStarted ? false : null, problem.OutcomeKnown);
    }

    [Fact]
    public void faults_of_the_service_tell_nothing_of_themselves()
    {
        var problem = ProblemMapping.From(new InvalidOperationException("secret"), false, false);
        Assert.Equal((500, "internal_error"), (problem.Status, problem.Code));
        Assert.DoesNotContain("secret", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "malformed_request")]
    [InlineData(408, "timed_out")]
    [InlineData(413, "body_too_large")]
    [InlineData(431, "header_too_large")]
    public void refusals_of_the_server_keep_their_status(int status, string code)
    {
        var problem = ProblemMapping.From(new BadHttpRequestException("text", status), false, false);
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Fact]
    public void standing_tag_comes_in_quotes()
    {
        string? TagOf(string? tag) => ProblemMapping.From(new TemporalException(ErrorKind.PreconditionFailed, "c", "t") { CurrentETag = tag }, false, false).ETag;
        Assert.Equal(("\"a\"", "\"a\"", null), (TagOf("a"), TagOf("\"a\""), TagOf(null)));
    }
}
