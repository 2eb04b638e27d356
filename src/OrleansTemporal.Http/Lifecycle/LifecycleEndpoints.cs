using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.Operations;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Lifecycle;

/// <summary>The routes of tiers: the policy, where the data is, and runs on demand.</summary>
internal static class LifecycleEndpoints
{
    private const string Tag = "lifecycle";
    private const string Policy = "/v1/{workspace}/lifecycle/policy";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Policy, GetPolicyAsync, new("getLifecyclePolicy", Tag, "Shows when data moves to which tier.")
        {
            Answers = [(200, "LifecyclePolicy")],
        });
        endpoints.MapApi("PUT", Policy, PutPolicyAsync, new("putLifecyclePolicy", Tag, "Sets when data moves to which tier; what is not named gets its default.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "LifecyclePolicy",
            Answers = [(200, "LifecyclePolicyWritten")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/lifecycle", GetAsync, new("getLifecycle", Tag, "Shows bytes and agents of each tier, when each process ran and runs next, and the newest runs that changed something.")
        {
            Answers = [(200, "Lifecycle")],
        });
        endpoints.MapApi("POST", "/v1/{workspace}/lifecycle/runs", RunAsync, new("runLifecycle", Tag, "Starts a process now, or says what it would do.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "LifecycleRun",
            Answers = [(202, "Operation")],
            Problems = [422, 429, 503],
        });
    }

    private static async Task GetPolicyAsync(ApiRequest request)
    {
        var state = await request.Database.Lifecycle.GetAsync(request.GetReadCall(), WorkspaceEndpoints.GetName(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        LifecyclePolicyJson.WriteMembers(answer.Writer, state.Policy);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task PutPolicyAsync(ApiRequest request)
    {
        LifecyclePolicy policy;
        Receipt receipt;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using (JsonBody.Parse(body.Bytes))
            {
                policy = LifecyclePolicyJson.Parse(body.Bytes);
            }

            receipt = await request.Database.Lifecycle.SetPolicyAsync(
                request.GetWriteCall(body.Bytes.Span), WorkspaceEndpoints.GetName(request), policy, request.Cancellation);
        }

        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        LifecyclePolicyJson.WriteMembers(answer.Writer, policy);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        var call = request.GetReadCall();
        var state = await request.Database.Lifecycle.GetAsync(call, workspace, request.Cancellation);
        var agents = await request.Database.Agents.ListAsync(call, workspace, null, request.Cancellation);
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteStartObject("tiers"u8);
        WriteTier(json, "hot", agents, static agent => agent.HotBytes);
        WriteTier(json, "warm", agents, static agent => agent.WarmBytes);
        WriteTier(json, "cold", agents, static agent => agent.ColdBytes);
        WriteTier(json, "deep", agents, static agent => agent.DeepBytes);
        json.WriteEndObject();
        json.WriteNumber("agents"u8, agents.Length);
        json.WriteNumber("segments"u8, agents.Sum(static agent => (long)agent.SegmentCount));
        json.WriteNumber("policySequence"u8, state.PolicySequence);
        json.WriteStartObject("processes"u8);
        foreach (var times in request.Database.Lifecycle.TimesOf(workspace, state))
        {
            json.WriteStartObject(LifecycleProcesses.NameOf(times.Process));
            WriteInstant(json, "lastRun", times.LastRun);
            WriteInstant(json, "nextRun", times.NextRun);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("runs"u8);
        foreach (var run in state.Runs)
        {
            json.WriteStartObject();
            json.WriteString("process"u8, LifecycleProcesses.NameOf(run.Process));
            answer.WriteProperty("systemTime"u8, run.SystemTime);
            json.WriteStartObject("counts"u8);
            foreach (var (name, count) in run.Counts)
            {
                json.WriteNumber(name, count);
            }

            json.WriteEndObject();
            if (run.Digest is { } digest)
            {
                answer.WriteProperty("digest"u8, digest);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task RunAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        LifecycleProcess? process = null;
        var isDryRun = false;
        Agents.CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using var document = JsonBody.Parse(body.Bytes);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                switch (property.Name)
                {
                    case "process":
                        process = LifecycleProcesses.Parse(JsonBody.GetText(property.Value, "process"));
                        break;
                    case "dryRun":
                        isDryRun = property.Value.ValueKind switch
                        {
                            JsonValueKind.True => true,
                            JsonValueKind.False => false,
                            _ => throw JsonBody.Invalid("dryRun", "'dryRun' is true or false."),
                        };
                        break;
                    default:
                        throw JsonBody.Unknown(property.Name);
                }
            }

            call = request.GetOperationCall(body.Bytes.Span);
        }

        var started = await request.Database.Lifecycle.StartAsync(
            call, workspace, process ?? throw JsonBody.Invalid("process", "'process' is 'consolidation', 'distillation' or 'genome'."), isDryRun, request.Cancellation);
        await OperationEndpoints.AcceptAsync(request, workspace, started);
    }

    private static void WriteInstant(Utf8JsonWriter json, string name, DateTimeOffset? instant)
    {
        if (instant is { } known)
        {
            json.WriteString(name, HybridTimestamp.FromMilliseconds(Math.Max(0, known.ToUnixTimeMilliseconds())).ToString());
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteTier(Utf8JsonWriter json, string name, IReadOnlyCollection<Agents.AgentStatus> agents, Func<Agents.AgentStatus, long> bytesOf)
    {
        json.WriteStartObject(name);
        json.WriteNumber("bytes"u8, agents.Sum(bytesOf));
        json.WriteNumber("agents"u8, agents.Count(agent => bytesOf(agent) > 0));
        json.WriteEndObject();
    }
}
