using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Timelines;

/// <summary>Branches, merges and marks.</summary>
internal static partial class TimelineEndpoints
{
    private static void MapBranches(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", Timeline + "/branches", PostBranchAsync, new("createBranch", Tag, "Makes a branch from any moment of another one.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "TimelineBranching",
            Answers = [(201, "Receipt")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("GET", Timeline + "/branches", ListBranchesAsync, new("listBranches", Tag, "Lists the branches, oldest first.")
        {
            Answers = [(200, "TimelineBranches")],
        });
        endpoints.MapApi("DELETE", Timeline + "/branches/{branch}", DeleteBranchAsync, new("deleteBranch", Tag, "Removes a branch; its steps stay readable for the past.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "Receipt")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("POST", Timeline + "/branches/{branch}/merge", MergeAsync, new("mergeBranch", Tag, "Merges a branch into another from their nearest common ancestor, component by component.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "TimelineMerging",
            BodyIsOptional = true,
            Answers = [(200, "TimelineMerged")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("POST", Timeline + "/marks", PostMarkAsync, new("markStep", Tag, "Labels a step: good, bad or anything.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "TimelineMark",
            Answers = [(201, "Receipt")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Timeline + "/marks", ListMarksAsync, new("listMarks", Tag, "Lists the labels of steps, oldest first.")
        {
            Answers = [(200, "TimelineMarks")],
        });
    }

    private static async Task PostBranchAsync(ApiRequest request)
    {
        string? name = null;
        var moment = new TimelineMoment();
        Receipt receipt;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using (var document = JsonBody.Parse(body.Bytes))
            {
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    switch (member.Name)
                    {
                        case "name":
                            name = JsonBody.GetText(member.Value, "name");
                            break;
                        case "from":
                            moment = moment with { Branch = JsonBody.GetText(member.Value, "from") };
                            break;
                        case "asOf":
                            moment = moment with { AsOf = ReadMoment(member.Value) };
                            break;
                        case "label":
                            moment = moment with { Label = JsonBody.GetText(member.Value, "label") };
                            break;
                        default:
                            throw JsonBody.Unknown(member.Name);
                    }
                }
            }

            var order = new TimelineBranchOrder { Name = name ?? throw JsonBody.Invalid("name", "'name' is missing."), From = moment };
            receipt = await request.Database.Timelines.BranchAsync(
                request.GetWriteCall(body.Bytes.Span), GetWorkspace(request), GetTimeline(request), order, request.Cancellation);
        }

        await SendReceiptAsync(request, receipt, StatusCodes.Status201Created);
    }

    private static async Task ListBranchesAsync(ApiRequest request)
    {
        var info = await request.Database.Timelines.GetInfoAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var branch in info.Branches)
        {
            WriteBranch(answer, branch);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, null);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task DeleteBranchAsync(ApiRequest request)
    {
        var order = new TimelineBranchOrder { Name = request.GetName(BranchSegment, "branch"), Remove = true };
        var receipt = await request.Database.Timelines.BranchAsync(request.GetWriteCall([]), GetWorkspace(request), GetTimeline(request), order, request.Cancellation);
        await SendReceiptAsync(request, receipt, StatusCodes.Status200OK);
    }

    private static async Task MergeAsync(ApiRequest request)
    {
        TimelineMergeResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var order = new TimelineMergeOrder { Source = request.GetName(BranchSegment, "branch") };
            using (var document = JsonBody.ParseOptional(body.Bytes))
            {
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    order = member.Name switch
                    {
                        "into" => order with { Into = JsonBody.GetText(member.Value, "into") },
                        "conflict" => order with { Conflict = TimelineJson.ParseConflict(JsonBody.GetText(member.Value, "conflict"), "conflict") },
                        "dryRun" => order with { IsDryRun = member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.Value.GetBoolean() : throw JsonBody.Invalid("dryRun", "'dryRun' is true or false.") },
                        _ => throw JsonBody.Unknown(member.Name),
                    };
                }
            }

            result = await request.Database.Timelines.MergeAsync(
                request.GetWriteCall(body.Bytes.Span), GetWorkspace(request), GetTimeline(request), order, request.Cancellation);
        }

        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        if (result.Receipt is { } receipt)
        {
            Answers.StampRoot(request, receipt);
            Answers.WriteReceipt(answer, receipt);
        }

        json.WriteStartArray("base"u8);
        foreach (var sequence in result.Base)
        {
            json.WriteNumberValue(sequence);
        }

        json.WriteEndArray();
        json.WriteBoolean("merged"u8, result.Delta is not null);
        json.WriteNumber("conflictCount"u8, result.ConflictCount);
        json.WriteStartArray("conflicts"u8);
        foreach (var conflict in result.Conflicts)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, conflict.Index);
            json.WriteNumber("base"u8, conflict.Base);
            json.WriteNumber("ours"u8, conflict.Ours);
            json.WriteNumber("theirs"u8, conflict.Theirs);
            json.WriteNumber("merged"u8, conflict.Merged);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (result.Delta is { } delta)
        {
            json.WritePropertyName("delta"u8);
            WriteDelta(answer, delta);
        }

        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task PostMarkAsync(ApiRequest request)
    {
        var (sequence, label, note) = (0L, (string?)null, "");
        Receipt receipt;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using (var document = JsonBody.Parse(body.Bytes))
            {
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    switch (member.Name)
                    {
                        case "sequence":
                            sequence = ReadWhole(member.Value, "sequence", 1, long.MaxValue);
                            break;
                        case "label":
                            label = JsonBody.GetText(member.Value, "label");
                            break;
                        case "note":
                            note = JsonBody.GetText(member.Value, "note");
                            break;
                        default:
                            throw JsonBody.Unknown(member.Name);
                    }
                }
            }

            var mark = new TimelineMark
            {
                Sequence = sequence == 0 ? throw JsonBody.Invalid("sequence", "'sequence' is missing.") : sequence,
                Label = label ?? throw JsonBody.Invalid("label", "'label' is missing."),
                Note = note,
            };
            receipt = await request.Database.Timelines.MarkAsync(
                request.GetWriteCall(body.Bytes.Span), GetWorkspace(request), GetTimeline(request), mark, request.Cancellation);
        }

        await SendReceiptAsync(request, receipt, StatusCodes.Status201Created);
    }

    private static async Task ListMarksAsync(ApiRequest request)
    {
        var marks = await request.Database.Timelines.ListMarksAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var mark in marks)
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteNumber("sequence"u8, mark.Sequence);
            answer.Writer.WriteString("label"u8, mark.Label);
            answer.Writer.WriteString("note"u8, mark.Note);
            answer.WriteProperty("systemTime"u8, mark.SystemTime);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, null);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static AsOf ReadMoment(JsonElement element) =>
        QueryParameters.ParseAsOf(element.ValueKind == JsonValueKind.Number ? element.GetRawText() : JsonBody.GetText(element, "asOf"), "asOf");

    private static Task SendReceiptAsync(ApiRequest request, Receipt receipt, int status)
    {
        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer, status);
    }

    private static void WriteBranch(JsonAnswer answer, TimelineBranchInfo branch)
    {
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("name"u8, branch.Name);
        if (branch.From.Length > 0)
        {
            answer.Writer.WriteString("from"u8, branch.From);
            answer.Writer.WriteNumber("forkSequence"u8, branch.ForkSequence);
            answer.WriteProperty("systemTime"u8, branch.SystemTime);
        }

        answer.Writer.WriteNumber("headSequence"u8, branch.HeadSequence);
        answer.Writer.WriteNumber("deltas"u8, branch.StepCount);
        answer.Writer.WriteEndObject();
    }
}
