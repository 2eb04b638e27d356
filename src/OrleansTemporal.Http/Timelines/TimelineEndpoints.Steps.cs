using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Timelines;

/// <summary>What makes steps: states, deltas, rollbacks.</summary>
internal static partial class TimelineEndpoints
{
    private const string Binary = "application/octet-stream";

    private static void MapSteps(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", Timeline + "/states", PostStateAsync, new("captureState", Tag, "Records what differs between a whole state and the recorded one; the body is JSON, or float32 values in little-endian order as application/octet-stream.")
        {
            Parameters = ["onBranch", "Idempotency-Key"],
            Body = "TimelineCapture",
            BinaryBody = "The state as float32 values in little-endian order, one for each component.",
            Answers = [(200, "TimelineWritten"), (201, "TimelineWritten"), (204, null)],
            Problems = [409, 413, 422, 429, 503],
        });
        endpoints.MapApi("POST", Timeline + "/deltas", PostDeltaAsync, new("applyDelta", Tag, "Changes some components; a delta with a known id is recognised. Many deltas at once, as 'deltas' or as bytes, follow each other on the branch, and are all examined before the first is written.")
        {
            Parameters = ["onBranch", "Idempotency-Key"],
            Body = "TimelineChange",
            BinaryBody = "A batch of deltas: OTDB, u16 version 1, u16 0, u32 dimensions, u32 count, then each delta with its length and its CRC-32C, and a hash over all of them (docs/formats/timeline.md).",
            Answers = [(200, "TimelineWritten"), (201, "TimelineWritten"), (202, "TimelineWritten")],
            Problems = [409, 413, 422, 429, 503],
        });
        endpoints.MapApi("POST", Timeline + "/rollback", RollBackAsync, new("rollBack", Tag, "Restores an earlier state, bit by bit, by a new step.")
        {
            Parameters = ["onBranch", "Idempotency-Key"],
            Body = "TimelineRollback",
            Answers = [(200, "TimelineRolledBack")],
            Problems = [409, 422, 429, 503],
        });
    }

    private static async Task PostStateAsync(ApiRequest request)
    {
        TimelineWriteResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var write = IsBinary(request.Http.Request.ContentType) ? ReadBinary(body.Bytes.Span) : ReadState(body.Bytes);
            result = await WriteAsync(request, write, body.Bytes.Span);
        }

        if (result.Outcome == TimelineOutcome.BelowThreshold)
        {
            request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
            Answers.StampSystemTime(request);
            return;
        }

        await AnswerAsync(request, result);
    }

    private static async Task PostDeltaAsync(ApiRequest request)
    {
        TimelineWriteResult? result = null;
        TimelineBatchResult? batch = null;
        using (var body = await RequestBody.ReadAsync(request))
        {
            if (ReadBatch(request, body.Bytes) is { } deltas)
            {
                batch = await WriteBatchAsync(request, deltas, body.Bytes.Span);
            }
            else
            {
                result = await WriteAsync(request, ReadDelta(body.Bytes), body.Bytes.Span);
            }
        }

        await (result is null ? AnswerAsync(request, batch!) : AnswerAsync(request, result));
    }

    private static async Task RollBackAsync(ApiRequest request)
    {
        TimelineWriteResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var order = new TimelineRollbackOrder { Branch = GetBranch(request) };
            using (var document = JsonBody.Parse(body.Bytes))
            {
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    order = member.Name switch
                    {
                        "count" => order with { Count = (int)ReadWhole(member.Value, "count", 1, int.MaxValue) },
                        "toSequence" => order with { ToSequence = ReadWhole(member.Value, "toSequence", 0, long.MaxValue) },
                        "to" => order with { To = QueryParameters.ParseInstant(JsonBody.GetText(member.Value, "to"), "to") },
                        _ => throw JsonBody.Unknown(member.Name),
                    };
                }
            }

            result = await request.Database.Timelines.RollBackAsync(
                request.GetWriteCall(body.Bytes.Span), GetWorkspace(request), GetTimeline(request), order, request.Cancellation);
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        if (result.Receipt is { } receipt)
        {
            Answers.StampRoot(request, receipt);
            Answers.WriteReceipt(answer, receipt);
        }

        answer.Writer.WriteNumber("undone"u8, result.UndoneCount);
        answer.Writer.WriteBoolean("written"u8, result.Outcome == TimelineOutcome.Recorded);
        if (result.Delta is { } delta)
        {
            answer.Writer.WritePropertyName("delta"u8);
            WriteDelta(answer, delta);
        }

        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static ValueTask<TimelineWriteResult> WriteAsync(ApiRequest request, TimelineWrite write, ReadOnlySpan<byte> body) => request.Database.Timelines.WriteAsync(
        request.GetWriteCall(body), GetWorkspace(request), GetTimeline(request), write with { Branch = GetBranch(request) }, request.Cancellation);

    private static Task AnswerAsync(ApiRequest request, TimelineWriteResult result)
    {
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        if (result.Receipt is { } receipt)
        {
            Answers.StampRoot(request, receipt);
            Answers.WriteReceipt(answer, receipt);
        }

        answer.Writer.WriteString("outcome"u8, result.Outcome switch
        {
            TimelineOutcome.Recorded => "recorded"u8,
            TimelineOutcome.Known => "known"u8,
            TimelineOutcome.Buffered => "buffered"u8,
            _ => "belowThreshold"u8,
        });
        if (result.Delta is { } delta)
        {
            answer.Writer.WritePropertyName("delta"u8);
            WriteDelta(answer, delta);
        }

        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer, result.Outcome switch
        {
            TimelineOutcome.Recorded => StatusCodes.Status201Created,
            TimelineOutcome.Buffered => StatusCodes.Status202Accepted,
            _ => StatusCodes.Status200OK,
        });
    }

    private static bool IsBinary(string? contentType) => contentType is not null && contentType.StartsWith(Binary, StringComparison.OrdinalIgnoreCase);

    private static TimelineWrite ReadBinary(ReadOnlySpan<byte> body)
    {
        if (body.Length % sizeof(float) != 0 || body.IsEmpty)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.DimensionMismatch, "A state as bytes has four for each component.") { Field = "state" };
        }

        return new TimelineWrite { State = MemoryMarshal.Cast<byte, float>(body).ToArray() };
    }

    private static TimelineWrite ReadState(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        var (write, hasState) = (new TimelineWrite(), false);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "state":
                    (write, hasState) = (write with { State = ReadFloats(member.Value, "state") }, true);
                    break;
                case "metadata":
                    write = write with { Metadata = TimelineJson.ReadMetadata(member.Value) };
                    break;
                case "id":
                    write = write with { Id = JsonBody.GetText(member.Value, "id") };
                    break;
                default:
                    throw JsonBody.Unknown(member.Name);
            }
        }

        // An empty state would look like a delta.
        return !hasState ? throw JsonBody.Invalid("state", "'state' is missing.")
            : write.State.IsEmpty ? throw new TemporalException(ErrorKind.Invalid, ErrorCodes.DimensionMismatch, "A state has at least one component.") { Field = "state" }
            : write;
    }

    private static TimelineWrite ReadDelta(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        return ReadDelta(document.RootElement);
    }

    private static TimelineWrite ReadDelta(JsonElement delta)
    {
        var (write, hasIndices, hasValues) = (new TimelineWrite(), false, false);
        foreach (var member in delta.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "indices":
                    (write, hasIndices) = (write with { Indices = ReadIndices(value) }, true);
                    break;
                case "values":
                    (write, hasValues) = (write with { Values = ReadFloats(value, "values") }, true);
                    break;
                case "mode":
                    write = write with
                    {
                        IsAdditive = JsonBody.GetText(value, "mode") switch
                        {
                            "add" => true,
                            "set" => false,
                            _ => throw JsonBody.Invalid("mode", "'mode' is 'add' or 'set'."),
                        },
                    };
                    break;
                case "id":
                    write = write with { Id = JsonBody.GetText(value, "id") };
                    break;
                case "parent":
                    write = write with { Parent = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : JsonBody.GetText(value, "parent") };
                    break;
                case "metadata":
                    write = write with { Metadata = TimelineJson.ReadMetadata(value) };
                    break;
                default:
                    throw JsonBody.Unknown(member.Name);
            }
        }

        return !hasIndices ? throw JsonBody.Invalid("indices", "'indices' is missing.") : !hasValues ? throw JsonBody.Invalid("values", "'values' is missing.") : write;
    }

    private static float[] ReadFloats(JsonElement element, string field)
    {
        RequireArray(element, field);
        var values = new float[element.GetArrayLength()];
        var at = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number)
            {
                throw JsonBody.Invalid(field, $"'{field}' is a list of numbers.");
            }

            // A number that float32 has no place for comes out infinite, and is refused as such.
            values[at++] = item.TryGetSingle(out var value) && float.IsFinite(value)
                ? value
                : throw JsonBody.Invalid(field, $"'{field}' has a number at place {at} that is not finite as float32.");
        }

        return values;
    }

    private static int[] ReadIndices(JsonElement element)
    {
        RequireArray(element, "indices");
        return [.. element.EnumerateArray().Select(static item => (int)ReadWhole(item, "indices", 0, int.MaxValue))];
    }

    private static void RequireArray(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw JsonBody.Invalid(field, $"'{field}' is a list.");
        }
    }

    private static long ReadWhole(JsonElement element, string field, long min, long max) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number >= min && number <= max
            ? number
            : throw JsonBody.Invalid(field, $"'{field}' is a whole number from {min} to {max}.");
}
