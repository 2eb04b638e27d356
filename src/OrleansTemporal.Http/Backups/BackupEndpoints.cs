using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Agents;
using OrleansTemporal.Operations;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Backups;

/// <summary>The routes of backups: to and from folders below the one that the server has set aside for them.</summary>
internal static class BackupEndpoints
{
    private const string Tag = "lifecycle";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/v1/{workspace}/backups", BackUpAsync, new("backUp", Tag, "Starts to bring a backup of the workspace up to date; it is copied while it is used.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "BackupTarget",
            Answers = [(202, "Operation")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/backups/{name}", DescribeAsync, new("getBackup", Tag, "Shows what a backup holds.")
        {
            Answers = [(200, "Backup")],
            Problems = [409, 503],
        });
        endpoints.MapApi("POST", "/v1/{workspace}/restores", RestoreAsync, new("restore", Tag, "Starts to bring back a workspace that does not exist; it exists when every root was compared.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "BackupSource",
            Answers = [(202, "Operation")],
            Problems = [409, 422, 429, 503],
        });
    }

    private static async Task BackUpAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        var (to, call) = await ReadAsync(request, "to");
        await OperationEndpoints.AcceptAsync(request, workspace, await request.Database.Backups.StartBackUpAsync(call, workspace, to, request.Cancellation));
    }

    private static async Task RestoreAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        var (from, call) = await ReadAsync(request, "from");
        await OperationEndpoints.AcceptAsync(request, workspace, await request.Database.Backups.StartRestoreAsync(call, workspace, from, request.Cancellation));
    }

    private static async Task DescribeAsync(ApiRequest request)
    {
        var report = await request.Database.Backups.DescribeAsync(
            request.GetReadCall(), WorkspaceEndpoints.GetName(request), request.GetName(3, "name"), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("workspace"u8, report.Workspace);
        answer.WriteProperty("systemTime"u8, report.SystemTime);
        answer.Writer.WriteNumber("deltas"u8, report.DeltaCount);
        answer.Writer.WriteStartArray("agents"u8);
        foreach (var agent in report.Agents)
        {
            answer.Writer.WriteStartObject();
            answer.WriteProperty("agent"u8, agent.Agent);
            answer.Writer.WriteNumber("sequence"u8, agent.Sequence);
            answer.WriteProperty("root"u8, agent.Root);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task<(string Name, CallContext Call)> ReadAsync(ApiRequest request, string field)
    {
        using var body = await RequestBody.ReadAsync(request);
        using var document = JsonBody.Parse(body.Bytes);
        string? name = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            name = property.Name == field ? JsonBody.GetText(property.Value, field) : throw JsonBody.Unknown(property.Name);
        }

        return (name ?? throw JsonBody.Invalid(field, $"'{field}' names a folder for backups."), request.GetOperationCall(body.Bytes.Span));
    }
}
