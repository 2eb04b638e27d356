using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>One document: put, get, delete.</summary>
internal static partial class KvEndpoints
{
    private static async Task PutAsync(ApiRequest request)
    {
        var (workspace, ns, key) = (GetWorkspace(request), GetNamespace(request), request.GetKey(KeySegment));
        var options = GetOptions(request);
        if (KvTimes.FindTimeToLive(request.Path) is { } time)
        {
            options = options with { TimeToLive = time };
        }

        KvWriteResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var call = request.GetWriteCall(body.Bytes.Span);
            result = await request.Database.KvService.PutAsync(call, workspace, ns, key, body.Bytes, options, request.Cancellation);
        }

        await AnswerWriteAsync(request, result, result.Outcomes[0].Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var (workspace, ns, key) = (GetWorkspace(request), GetNamespace(request), request.GetKey(KeySegment));
        var options = GetOptions(request);
        var call = request.GetWriteCall([]);
        var result = await request.Database.KvService.DeleteAsync(call, workspace, ns, key, options, request.Cancellation);
        await AnswerWriteAsync(request, result, StatusCodes.Status200OK);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var (workspace, ns, key) = (GetWorkspace(request), GetNamespace(request), request.GetKey(KeySegment));
        var asOf = QueryParameters.GetAsOf(request.Path);
        var result = await request.Database.KvService.GetAsync(request.GetReadCall(), workspace, ns, key, asOf, request.Cancellation);
        if (result.Version is not { } version)
        {
            throw NotFound(result);
        }

        var response = request.Http.Response;
        response.Headers.ETag = EntityTags.Format(version.WriteId);
        if (request.Http.Request.Headers.IfNoneMatch is { Count: > 0 } known && EntityTags.Matches(known.ToString(), version.WriteId, weak: true))
        {
            await Answers.SendNotModified(request);
            return;
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        KvJson.WriteVersion(answer, version);
        Answers.WriteAsOf(answer, result.SystemTime, asOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static Task AnswerWriteAsync(ApiRequest request, KvWriteResult result, int status)
    {
        var outcome = result.Outcomes[0];
        request.Http.Response.Headers.ETag = EntityTags.Format(outcome.WriteId);
        Answers.StampRoot(request, result.Receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, result.Receipt);
        KvJson.WriteOutcome(answer, outcome);
        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer, status);
    }

    private static TemporalException NotFound(in KvReadResult result) => result.IsErased
        ? new TemporalException(ErrorKind.Gone, ErrorCodes.ValueErased, "The key had a value then, which was erased.")
        : result.ExistsLater
        ? new TemporalException(ErrorKind.NotFound, ErrorCodes.NoValueAt, "The key was first written later than that.")
        : new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, "The key has no value.");

    private static KvPutOptions GetOptions(ApiRequest request)
    {
        var headers = request.Http.Request.Headers;
        var (ifMatch, ifNoneMatch) = (headers.IfMatch, headers.IfNoneMatch);
        var causes = request.GetHeader(HeaderNames.Causes);
        if (ifMatch.Count == 0 && ifNoneMatch.Count == 0 && causes is null)
        {
            return KvPutOptions.None;
        }

        var (match, isPresent, isAbsent) = EntityTags.ReadConditions(headers);
        return new KvPutOptions
        {
            IfMatch = match,
            IfPresent = isPresent,
            IfAbsent = isAbsent,
            Causes = causes is null ? [] : ParseCauses(causes),
        };
    }

    /// <summary>Reads the header that names what a write follows from.</summary>
    internal static ImmutableArray<WriteId> ParseCauses(string header)
    {
        var causes = ImmutableArray.CreateBuilder<WriteId>();
        foreach (var range in header.AsSpan().Split(','))
        {
            if (!WriteId.TryParse(header.AsSpan(range).Trim().ToString(), out var cause) || cause.IsNone)
            {
                throw QueryParameters.Malformed(HeaderNames.Causes, $"'{HeaderNames.Causes}' is a list of write ids with commas between them.");
            }

            if (causes.Count == Limits.CausesMax)
            {
                throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.HeaderTooLarge, $"A write follows from at most {Limits.CausesMax} others.")
                {
                    Field = HeaderNames.Causes,
                    Limit = Limits.CausesMax,
                };
            }

            causes.Add(cause);
        }

        return causes.DrainToImmutable();
    }
}
