using Microsoft.AspNetCore.Http;
using OrleansTemporal.Agents;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Vectors;

/// <summary>Collections: made, described, ended, listed.</summary>
internal static partial class VectorEndpoints
{
    private static async Task PutCollectionAsync(ApiRequest request)
    {
        var (workspace, collection) = (GetWorkspace(request), GetCollection(request));
        VectorSettings settings;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            settings = VectorJson.ReadSettings(body.Bytes);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        var result = await request.Database.VectorService.PutCollectionAsync(call, workspace, collection, settings, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        CatalogJson.WriteChange(request, answer, result);
        VectorSettingsJson.WriteMembers(answer.Writer, settings);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetCollectionAsync(ApiRequest request)
    {
        var (workspace, collection) = (GetWorkspace(request), GetCollection(request));
        var info = await request.Database.VectorService.GetCollectionAsync(request.GetReadCall(), workspace, collection, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        WriteInfo(answer, info);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task DeleteCollectionAsync(ApiRequest request)
    {
        var (workspace, collection) = (GetWorkspace(request), GetCollection(request));
        var receipt = await request.Database.VectorService.DeleteCollectionAsync(request.GetWriteCall([]), workspace, collection, request.Cancellation);
        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListCollectionsAsync(ApiRequest request)
    {
        var workspace = GetWorkspace(request);
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        var infos = await request.Database.VectorService.ListCollectionsAsync(
            request.GetReadCall(), workspace, after, QueryParameters.ToPeek(limit), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var info in infos.Take(limit))
        {
            answer.Writer.WriteStartObject();
            WriteInfo(answer, info);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        var next = QueryParameters.HasMore(limit, infos.Length) ? infos[Math.Min(limit, infos.Length) - 1].Name : null;
        Answers.WriteNextLink(answer, next is null ? null : Answers.ComposeLink(request, ("limit", $"{limit}"), ("after", next)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteInfo(JsonAnswer answer, VectorCollectionInfo info)
    {
        var json = answer.Writer;
        json.WriteString("name"u8, info.Name);
        VectorSettingsJson.WriteMembers(json, info.Settings);
        json.WriteNumber("count"u8, info.Stats.Count);
        json.WriteNumber("versionCount"u8, info.Stats.VersionCount);
        json.WriteNumber("distinctCount"u8, info.Stats.RowCount);
        json.WriteNumber("indexedCount"u8, info.Stats.LinkedCount);
        json.WriteNumber("bytes"u8, info.Stats.Bytes);
        answer.WriteProperty("systemTime"u8, info.SystemTime);
    }
}
