using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Operations;

/// <summary>The routes of what takes longer than a request.</summary>
internal static class OperationEndpoints
{
    private const string Tag = "operations";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/v1/{workspace}/verify", VerifyAsync, new("verify", Tag, "Starts to verify every chain, checkpoint and segment of a workspace.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(202, "Operation")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/operations/{operation}", GetAsync, new("getOperation", Tag, "Shows how far an operation is.")
        {
            Answers = [(200, "Operation")],
        });
    }

    private static async Task VerifyAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        var operation = await request.Database.Agents.StartVerifyAsync(request.GetOperationCall([]), workspace, request.Cancellation);
        await AcceptAsync(request, workspace, operation);
    }

    /// <summary>Answers that work has begun, and where it can be followed.</summary>
    internal static Task AcceptAsync(ApiRequest request, string workspace, OperationInfo operation)
    {
        request.Http.Response.Headers[HeaderNames.OperationLocation] = LocationOf(workspace, operation);
        return AnswerAsync(request, operation, StatusCodes.Status202Accepted);
    }

    /// <summary>Where an operation can be followed.</summary>
    internal static string LocationOf(string workspace, OperationInfo operation) =>
        $"/v1/{PercentEncoding.Encode(workspace)}/operations/{PercentEncoding.Encode(operation.Id)}";

    private static async Task GetAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        var call = request.GetReadCall();
        if (await request.Database.Operations.GetAsync(call, workspace, request.Path[3], request.Cancellation) is not { } operation)
        {
            // A workspace that is being restored has operations before it exists.
            await request.Database.Workspaces.GetAsync(call, workspace, request.Cancellation);
            throw new TemporalException(ErrorKind.NotFound, HttpErrorCodes.OperationNotFound, "No operation has this id, or it is long past.");
        }

        await AnswerAsync(request, operation, StatusCodes.Status200OK);
    }

    private static Task AnswerAsync(ApiRequest request, OperationInfo operation, int status)
    {
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("id"u8, operation.Id);
        json.WriteString("process"u8, operation.Process);
        json.WriteString("status"u8, operation.Status switch
        {
            OperationStatus.Running => "running"u8,
            OperationStatus.Succeeded => "succeeded"u8,
            _ => "failed"u8,
        });
        json.WriteNumber("progress"u8, operation.Progress);
        json.WriteStartObject("counts"u8);
        foreach (var (name, count) in operation.Counts)
        {
            json.WriteNumber(name, count);
        }

        json.WriteEndObject();
        if (operation.Savings is { } saved)
        {
            json.WriteStartObject("savings"u8);
            json.WriteNumber("bytes"u8, saved.Bytes);
            if (saved is { MoneyPerMonth: { } money, CostOnce: { } cost })
            {
                json.WriteNumber("moneyPerMonth"u8, money);
                json.WriteNumber("costOnce"u8, cost);
                json.WriteString("currency"u8, saved.Currency);
            }

            json.WriteEndObject();
        }

        if (!operation.Garbage.IsEmpty)
        {
            json.WriteStartArray("garbage"u8);
            foreach (var document in operation.Garbage)
            {
                json.WriteStartObject();
                json.WriteString("document"u8, document.Document);
                json.WriteNumber("fitness"u8, document.Score);
                json.WriteNumber("references"u8, document.References);
                json.WriteNumber("descendants"u8, document.Descendants);
                json.WriteNumber("ageDays"u8, document.Age.TotalDays);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (operation.Fault is not null)
        {
            json.WriteString("fault"u8, operation.Fault);
        }

        json.WriteEndObject();
        return Answers.SendAsync(request, answer, status);
    }
}
