using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Vectors;

/// <summary>Vectors: one, or many in one request.</summary>
internal static partial class VectorEndpoints
{
    private static async Task PutAsync(ApiRequest request)
    {
        var (workspace, collection, id) = (GetWorkspace(request), GetCollection(request), request.GetKey(VectorSegment));
        VectorWriteResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using var document = JsonBody.Parse(body.Bytes);
            var operation = WithConditions(request, VectorBatchBody.ReadItem(document.RootElement, id, "body"));
            var call = request.GetWriteCall(body.Bytes.Span);
            result = await request.Database.VectorService.WriteAsync(call, workspace, collection, operation, GetCauses(request), request.Cancellation);
        }

        await AnswerWriteAsync(request, result, result.Outcomes[0].Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var (workspace, collection, id) = (GetWorkspace(request), GetCollection(request), request.GetKey(VectorSegment));
        var operation = WithConditions(request, new VectorOperation { Id = id, IsDelete = true });
        var result = await request.Database.VectorService.WriteAsync(request.GetWriteCall([]), workspace, collection, operation, GetCauses(request), request.Cancellation);
        await AnswerWriteAsync(request, result, StatusCodes.Status200OK);
    }

    private static async Task BatchAsync(ApiRequest request)
    {
        var (workspace, collection) = (GetWorkspace(request), GetCollection(request));
        VectorBatchResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var isBinary = request.Http.Request.ContentType?.StartsWith(VectorBatchBody.BinaryContentType, StringComparison.OrdinalIgnoreCase) == true;
            var operations = isBinary ? VectorBatchBody.ParseRows(body.Bytes.Span) : VectorBatchBody.ParseJson(body.Bytes);
            var call = request.GetWriteCall(body.Bytes.Span);
            result = await request.Database.VectorService.BatchAsync(call, workspace, collection, operations, GetCauses(request), request.Cancellation);
        }

        if (result.Receipts.Length == 1)
        {
            Answers.StampRoot(request, result.Receipt);
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        KvJson.WriteReceipts(answer, result.Receipts.AsSpan(), result.SystemTime);
        answer.Writer.WriteNumber("accepted"u8, result.Outcomes.Length);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var (workspace, collection, id) = (GetWorkspace(request), GetCollection(request), request.GetKey(VectorSegment));
        var asOf = QueryParameters.GetAsOf(request.Path);
        var result = await request.Database.VectorService.GetAsync(request.GetReadCall(), workspace, collection, id, asOf, request.Cancellation);
        if (result.Version is not { } version)
        {
            throw result.ExistsLater
                ? new TemporalException(ErrorKind.NotFound, ErrorCodes.NoValueAt, "The vector was first written later than that.")
                : new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, "There is no such vector.");
        }

        request.Http.Response.Headers.ETag = EntityTags.Format(version.WriteId);
        var ifNoneMatch = request.Http.Request.Headers.IfNoneMatch;
        if (ifNoneMatch.Count > 0 && EntityTags.Matches(ifNoneMatch.ToString(), version.WriteId, weak: true))
        {
            await Answers.SendNotModified(request);
            return;
        }

        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("id"u8, version.Id);
        VectorJson.WriteValues(json, version.Vector.Span);
        VectorJson.WriteMetadata(json, version.Metadata);
        answer.WriteProperty("writeId"u8, version.WriteId);
        answer.WriteProperty("distinctionId"u8, version.DistinctionId);
        answer.WriteProperty("previousWriteId"u8, version.PreviousWriteId);
        json.WriteStartArray("causes"u8);
        foreach (var cause in version.Causes)
        {
            answer.WriteValue(cause);
        }

        json.WriteEndArray();
        json.WriteNumber("sequence"u8, version.WriteId.Sequence);
        answer.WriteProperty("systemTime"u8, version.SystemTime);
        Answers.WriteAsOf(answer, result.SystemTime, asOf);
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static VectorOperation WithConditions(ApiRequest request, VectorOperation operation)
    {
        var (match, isPresent, isAbsent) = EntityTags.ReadConditions(request.Http.Request.Headers);
        return operation with { IfMatch = match, IfPresent = isPresent, IfAbsent = isAbsent };
    }

    private static ImmutableArray<WriteId> GetCauses(ApiRequest request) =>
        request.GetHeader(HeaderNames.Causes) is { } causes ? KvEndpoints.ParseCauses(causes) : [];

    private static Task AnswerWriteAsync(ApiRequest request, VectorWriteResult result, int status)
    {
        var outcome = result.Outcomes[0];
        request.Http.Response.Headers.ETag = EntityTags.Format(outcome.WriteId);
        Answers.StampRoot(request, result.Receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, result.Receipt);
        answer.Writer.WriteString("id"u8, outcome.Id);
        answer.WriteProperty("writeId"u8, outcome.WriteId);
        if (outcome.DistinctionId.IsZero)
        {
            answer.Writer.WriteNull("distinctionId"u8);
        }
        else
        {
            answer.WriteProperty("distinctionId"u8, outcome.DistinctionId);
        }

        answer.WriteProperty("previousWriteId"u8, outcome.PreviousWriteId);
        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer, status);
    }
}
