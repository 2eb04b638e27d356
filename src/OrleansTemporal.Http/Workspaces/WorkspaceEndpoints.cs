using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Workspaces;

/// <summary>The routes of workspaces themselves.</summary>
internal static class WorkspaceEndpoints
{
    private const string Tag = "workspaces";
    private const string Workspace = "/v1/{workspace}";
    private const int WorkspaceSegment = 1;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/v1", ListAsync, new("listWorkspaces", Tag, "Lists the workspaces.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "Workspaces")],
        });
        endpoints.MapApi("GET", Workspace, GetAsync, new("getWorkspace", Tag, "Describes a workspace.")
        {
            Answers = [(200, "Workspace")],
        });
        endpoints.MapApi("PUT", Workspace, PutAsync, new("putWorkspace", Tag, "Makes a workspace, or changes its settings.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "WorkspaceSettings",
            BodyIsOptional = true,
            Answers = [(200, "WorkspaceWritten"), (201, "WorkspaceWritten")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("DELETE", Workspace, DeleteAsync, new("deleteWorkspace", Tag, "Removes a workspace.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "Receipt")],
            Problems = [409, 429, 503],
        });
    }

    /// <summary>The name in the path.</summary>
    internal static string GetName(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        after = after is null ? null : Names.Validate(after, "after");
        var workspaces = await request.Database.Workspaces.ListAsync(request.GetReadCall(), after, QueryParameters.ToPeek(limit), request.Cancellation);
        var count = Math.Min(limit, workspaces.Length);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        for (var i = 0; i < count; i++)
        {
            answer.Writer.WriteStartObject();
            WriteWorkspace(answer, workspaces[i]);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, !QueryParameters.HasMore(limit, workspaces.Length) ? null : Answers.ComposeLink(
            request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("after", workspaces[count - 1].Name)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var info = await request.Database.Workspaces.GetAsync(request.GetReadCall(), GetName(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        WriteWorkspace(answer, info);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task PutAsync(ApiRequest request)
    {
        var name = GetName(request);
        WorkspaceInfo info;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            // What is not named stays as it is, so whoever makes sure that a workspace exists changes nothing.
            info = ParseSettings(new WorkspaceInfo { Name = name, Durability = await FindDurabilityAsync(request, name) }, body.Bytes);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        var result = await request.Database.Workspaces.PutAsync(call, info, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        CatalogJson.WriteChange(request, answer, result);
        answer.Writer.WriteString("name"u8, name);
        WriteSettings(answer, WorkspaceInfo.Of(result.Entry));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var name = GetName(request);
        var receipt = await request.Database.Workspaces.DeleteAsync(request.GetWriteCall([]), name, request.Cancellation);
        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteWorkspace(JsonAnswer answer, WorkspaceInfo info)
    {
        answer.Writer.WriteString("name"u8, info.Name);
        WriteSettings(answer, info);
        answer.Writer.WriteNumber("sequence"u8, info.Sequence);
        answer.WriteProperty("systemTime"u8, info.SystemTime);
    }

    private static void WriteSettings(JsonAnswer answer, WorkspaceInfo info)
    {
        answer.Writer.WriteString("durability"u8, DurabilityNames.ToName(info.Durability));
        answer.Writer.WriteString("dataKey"u8, DataKeyPolicies.NameOf(info.DataKey == DataKeyPolicy.Own ? DataKeyPolicy.Own : DataKeyPolicy.None));
        answer.Writer.WriteStartObject("quotas"u8);
        answer.Writer.WriteEndObject();
    }

    private static async ValueTask<Durability> FindDurabilityAsync(ApiRequest request, string name)
    {
        try
        {
            return (await request.Database.Workspaces.GetAsync(request.GetReadCall(), name, request.Cancellation)).Durability;
        }
        catch (TemporalException fault) when (fault.Code == ErrorCodes.WorkspaceNotFound)
        {
            return Durability.Durable;
        }
    }

    private static WorkspaceInfo ParseSettings(WorkspaceInfo info, ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return info;
        }

        using var document = JsonBody.Parse(body);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            info = property.Name switch
            {
                "durability" => info with { Durability = DurabilityNames.Parse(value) },
                "dataKey" => info with { DataKey = ParseDataKey(value) },
                "quotas" => value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 0)
                    ? info
                    : throw JsonBody.Invalid("quotas", "'quotas' is empty: a workspace has none in this release."),
                _ => throw JsonBody.Unknown(property.Name),
            };
        }

        return info;
    }

    private static DataKeyPolicy ParseDataKey(JsonElement value) => JsonBody.GetText(value, "dataKey") switch
    {
        "own" => DataKeyPolicy.Own,
        "none" => DataKeyPolicy.None,
        _ => throw JsonBody.Invalid("dataKey", "The data key setting of a workspace is 'none' or 'own'."),
    };
}
