using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Signals;

/// <summary>Ledgers.</summary>
internal static partial class SignalEndpoints
{
    private static async Task DefineAsync(ApiRequest request)
    {
        var (workspace, ledger) = (GetWorkspace(request), GetLedger(request));
        SignalSchema schema;
        int? partitions;
        Agents.CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using var document = JsonBody.Parse(body.Bytes);
            schema = SignalSchemaJson.Read(document.RootElement, "partitions");
            partitions = ParsePartitions(document.RootElement);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        var service = request.Database.SignalService;
        var result = await service.DefineAsync(call, workspace, ledger, schema, partitions, request.Cancellation);
        var info = await service.GetAsync(call, workspace, ledger, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        CatalogJson.WriteChange(request, answer, result);
        WriteSchema(answer, info);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var info = await request.Database.SignalService.GetAsync(request.GetReadCall(), GetWorkspace(request), GetLedger(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("name"u8, info.Name);
        WriteSchema(answer, info);
        WriteStats(answer, info.Stats);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        after = after is null ? null : Names.Validate(after, "after");
        var ledgers = await request.Database.SignalService.ListAsync(
            request.GetReadCall(), GetWorkspace(request), after, QueryParameters.ToPeek(limit), request.Cancellation);
        var count = Math.Min(limit, ledgers.Length);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var info in ledgers.AsSpan()[..count])
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("name"u8, info.Name);
            WriteSchema(answer, info);
            WriteStats(answer, info.Stats);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, !QueryParameters.HasMore(limit, ledgers.Length) ? null : Answers.ComposeLink(
            request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("after", ledgers[count - 1].Name)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteSchema(JsonAnswer answer, SignalLedgerInfo info)
    {
        SignalSchemaJson.WriteMembers(answer.Writer, info.Schema);
        answer.Writer.WriteNumber("partitions"u8, info.Partitions);
    }

    private static void WriteStats(JsonAnswer answer, SignalStats stats)
    {
        answer.Writer.WriteNumber("entityCount"u8, stats.EntityCount);
        answer.Writer.WriteNumber("stateCount"u8, stats.StateCount);
        answer.Writer.WriteNumber("lateCount"u8, stats.LateCount);
        answer.Writer.WriteNumber("bytes"u8, stats.Bytes);
    }

    private static int? ParsePartitions(JsonElement root) =>
        !root.TryGetProperty("partitions", out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var partitions) && partitions is >= 1 and <= Limits.PartitionsMax ? partitions
        : throw JsonBody.Invalid("partitions", $"'partitions' is a whole number from 1 to {Limits.PartitionsMax}.");
}
