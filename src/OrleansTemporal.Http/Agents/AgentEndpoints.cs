using System.Globalization;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents;

/// <summary>The routes that show agents.</summary>
internal static class AgentEndpoints
{
    private const string Tag = "agents";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/v1/{workspace}/agents", ListAsync, new("listAgents", Tag, "Lists the agents of a workspace with sequence, root and sizes.")
        {
            Parameters = ["agentKind", "limit", "after"],
            Answers = [(200, "Agents")],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/agents/{kind}/{name}", GetAsync, new("getAgent", Tag, "Shows the agents of one name, one for each partition.")
        {
            Answers = [(200, "AgentDetail")],
        });
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        AgentKind? kind = QueryParameters.Find(request.Path, "kind") is { } text ? ParseKind(text) : null;
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        if (after is not null && !AgentId.TryParse(after, out _))
        {
            throw QueryParameters.Malformed("after", "'after' is what a nextLink carries.");
        }

        var agents = await request.Database.Agents.ListAsync(request.GetReadCall(), workspace, kind, request.Cancellation);
        var page = agents
            .Select(status => (Id: status.Agent.ToString(), Status: status))
            .Where(agent => after is null || string.CompareOrdinal(agent.Id, after) > 0)
            .OrderBy(agent => agent.Id, StringComparer.Ordinal)
            .Take(limit + 1)
            .ToList();
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var (_, status) in page.Take(limit))
        {
            answer.Writer.WriteStartObject();
            WriteStatus(answer, status);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, page.Count <= limit ? null : Answers.ComposeLink(
            request,
            ("kind", kind is { } one ? AgentKinds.ToName(one) : null),
            ("limit", limit.ToString(CultureInfo.InvariantCulture)),
            ("after", page[limit - 1].Id)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        var kind = ParseKind(request.Path[3]);
        var name = request.Path[4];
        if (!Names.IsValidForSystem(name))
        {
            Names.Validate(name, "name");
        }

        var partitions = await request.Database.Agents.GetAsync(request.GetReadCall(), workspace, kind, name, request.Cancellation);
        if (partitions.IsDefaultOrEmpty)
        {
            throw new TemporalException(ErrorKind.NotFound, HttpErrorCodes.AgentNotFound, "No agent has this kind and name.");
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        if (partitions.Length == 1)
        {
            WriteStatus(answer, partitions[0]);
        }
        else
        {
            answer.Writer.WriteString("kind"u8, AgentKinds.ToName(kind));
            answer.Writer.WriteString("name"u8, name);
        }

        answer.Writer.WriteStartArray("partitions"u8);
        foreach (var status in partitions)
        {
            answer.Writer.WriteStartObject();
            WriteStatus(answer, status);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteStatus(JsonAnswer answer, AgentStatus status)
    {
        var json = answer.Writer;
        answer.WriteProperty("agent"u8, status.Agent);
        json.WriteString("kind"u8, AgentKinds.ToName(status.Agent.Kind));
        json.WriteString("name"u8, status.Agent.Name);
        json.WriteNumber("partition"u8, status.Agent.Partition);
        json.WriteNumber("sequence"u8, status.Sequence);
        answer.WriteProperty("root"u8, status.Root);
        answer.WriteProperty("systemTime"u8, status.SystemTime);
        json.WriteNumber("epoch"u8, status.Epoch);
        json.WriteNumber("sealedThrough"u8, status.SealedThrough);
        json.WriteStartObject("bytes"u8);
        json.WriteNumber("hot"u8, status.HotBytes);
        json.WriteNumber("warm"u8, status.WarmBytes);
        json.WriteNumber("cold"u8, status.ColdBytes);
        json.WriteNumber("deep"u8, status.DeepBytes);
        json.WriteEndObject();
        json.WriteNumber("heat"u8, Math.Round(status.Heat, 3));
        json.WriteNumber("segmentCount"u8, status.SegmentCount);
        json.WriteNumber("runCount"u8, status.RunCount);
    }

    private static AgentKind ParseKind(string text) => AgentKinds.TryParse(text, out var kind)
        ? kind
        : throw JsonBody.Invalid("kind", $"'kind' is one of {string.Join(", ", AgentKinds.All.Select(AgentKinds.ToName))}.");
}
