using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Timelines;

/// <summary>Many deltas at once: as JSON, as bytes, and by windows.</summary>
internal static partial class TimelineEndpoints
{
    // Null when the body is one delta.
    private static TimelineBatch? ReadBatch(ApiRequest request, ReadOnlyMemory<byte> body)
    {
        if (IsBinary(request.Http.Request.ContentType))
        {
            var batch = DeltaBatchCodec.Read(body.Span);
            return new TimelineBatch { Branch = GetBranch(request), Deltas = [.. batch.Deltas.Select(WriteOf)], Dimensions = batch.Dimensions };
        }

        using var document = JsonBody.Parse(body);
        if (!document.RootElement.TryGetProperty("deltas"u8, out var deltas))
        {
            return null;
        }

        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name != "deltas")
            {
                throw JsonBody.Unknown(member.Name);
            }
        }

        RequireArray(deltas, "deltas");
        if (deltas.GetArrayLength() > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A batch has at most {Limits.BatchCountMax} deltas.") { Field = "deltas", Limit = Limits.BatchCountMax };
        }

        var writes = deltas.EnumerateArray().Select(static delta => delta.ValueKind == JsonValueKind.Object ? ReadDelta(delta) : throw JsonBody.Invalid("deltas", "'deltas' is a list of deltas."));
        return new TimelineBatch { Branch = GetBranch(request), Deltas = [.. writes] };
    }

    private static TimelineWrite WriteOf(DeltaBatchItem delta) => new()
    {
        Id = delta.Id,
        Parent = delta.Parent,
        IsAdditive = delta.IsAdditive,
        Metadata = delta.Metadata,
        Indices = delta.Vector.Indices.ToArray(),
        Values = delta.Vector.Values.ToArray(),
    };

    private static ValueTask<TimelineBatchResult> WriteBatchAsync(ApiRequest request, TimelineBatch batch, ReadOnlySpan<byte> body) => request.Database.Timelines.WriteBatchAsync(
        request.GetWriteCall(body), GetWorkspace(request), GetTimeline(request), batch, request.Cancellation);

    private static Task AnswerAsync(ApiRequest request, TimelineBatchResult result)
    {
        Answers.StampRoot(request, result.Receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, result.Receipt);
        answer.Writer.WriteString("outcome"u8, result.RecordedCount > 0 ? "recorded"u8 : "known"u8);
        answer.Writer.WriteNumber("recorded"u8, result.RecordedCount);
        answer.Writer.WriteNumber("known"u8, result.KnownCount);
        answer.Writer.WriteNumber("firstSequence"u8, result.FirstSequence);
        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer, result.RecordedCount > 0 ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    // A page of steps as bytes that can be posted to another timeline; the next one stands in the Link header.
    private static async Task SendBatchAsync(ApiRequest request, TimelineDeltaPage page, int dimensions, string? next)
    {
        var bytes = new ArrayBufferWriter<byte>(64 << 10);
        var checksum = DeltaBatchCodec.Write(bytes, dimensions, [.. page.Deltas.Select(delta => new DeltaBatchItem
        {
            Id = delta.Id,
            Sequence = delta.Sequence,
            SystemTime = delta.SystemTime,
            Metadata = delta.Metadata,
            Vector = DeltaVector.Create(dimensions, delta.Indices.Span, delta.Values.Span),
        })]);
        var response = request.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = Binary;
        response.ContentLength = bytes.WrittenCount;
        response.Headers.ETag = $"\"{checksum}\"";
        if (next is not null)
        {
            response.Headers.Link = $"<{next}>; rel=\"next\"";
        }

        Answers.StampSystemTime(request);
        await response.BodyWriter.WriteAsync(bytes.WrittenMemory, request.Cancellation);
    }

    // Null when nothing of the query asks for windows.
    private static DeltaWindowPolicy? GetWindows(PathSegments path)
    {
        var (window, count, bytes, closeOn) = (QueryParameters.Find(path, "window"), QueryParameters.Find(path, "windowCount"), QueryParameters.Find(path, "windowBytes"), QueryParameters.Find(path, "closeOn"));
        if (window is null && count is null && bytes is null && closeOn is null)
        {
            return null;
        }

        var policy = new DeltaWindowPolicy();
        return policy with
        {
            DurationMax = window is null ? policy.DurationMax : Durations.TryParse(window, out var duration) ? duration : throw QueryParameters.Malformed("window", "'window' is a time such as 1s."),
            CountMax = count is null ? policy.CountMax : int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var counted) ? counted : throw QueryParameters.Malformed("windowCount", "'windowCount' is a whole number."),
            BytesMax = bytes is null ? policy.BytesMax : long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var bounded) ? bounded : throw QueryParameters.Malformed("windowBytes", "'windowBytes' is a whole number."),
            CloseOnMetadata = closeOn is null ? [] : [.. closeOn.Split(',', StringSplitOptions.RemoveEmptyEntries)],
        };
    }

    private static async Task ListWindowsAsync(ApiRequest request, DeltaWindowPolicy policy)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var query = new TimelineWindowQuery { Span = GetSpan(request), Policy = policy, AfterSequence = GetSequence(request.Path, "after"), Limit = limit };
        var page = await request.Database.Timelines.AggregateAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var window in page.Windows)
        {
            await WriteWindowAsync(request, answer, window);
        }

        answer.Writer.WriteEndArray();
        string[] names = ["window", "windowCount", "windowBytes", "closeOn"];
        WriteNextLink(request, answer, limit, page.HasMore ? page.Windows[^1].LastSequence : null, [.. names.Select(name => (name, QueryParameters.Find(request.Path, name)))]);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async ValueTask WriteWindowAsync(ApiRequest request, JsonAnswer answer, AggregatedDelta window)
    {
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteNumber("window"u8, window.FirstSequence);
        json.WriteString("branch"u8, window.Source);
        json.WriteString("status"u8, window.Status == DeltaWindowStatus.Open ? "open"u8 : "compacted"u8);
        json.WriteString("firstId"u8, window.FirstId);
        json.WriteString("lastId"u8, window.LastId);
        json.WriteNumber("firstSequence"u8, window.FirstSequence);
        json.WriteNumber("lastSequence"u8, window.LastSequence);
        answer.WriteProperty("start"u8, window.Start);
        answer.WriteProperty("end"u8, window.End);
        json.WriteNumber("count"u8, window.Count);
        json.WriteNumber("dimensionsTouched"u8, window.DimensionsTouched);
        json.WriteNumber("totalMagnitude"u8, window.TotalMagnitude);
        json.WriteNumber("l2Norm"u8, window.L2Norm);
        json.WriteNumber("totalBytes"u8, window.TotalBytes);
        json.WriteNumber("composedBytes"u8, window.ComposedBytes);
        json.WriteNumber("compressionRatio"u8, window.CompressionRatio);
        await WriteNumbersAsync(request, answer, "indices", window.Indices);
        await WriteNumbersAsync(request, answer, "values", window.Values);
        json.WriteEndObject();
    }
}
