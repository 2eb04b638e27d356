using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var request = new RestRequest(HttpMethod.Get, "/health/ready") { IsRetried = false };
            using var answer = await client.SendAsync(request, cancellationToken);
            return true;
        }
        catch (TemporalException error) when (error.Kind == ErrorKind.Unavailable && error.Code != Commands.Advice.TargetUnreachable)
        {
            return false;
        }
    }

    public async Task<Verification> VerifyAsync(IProgress<double> progress, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Post, $"{root}/verify") { IsWrite = true };
        using var accepted = await client.SendAsync(request, cancellationToken);
        return await FollowAsync(accepted, progress, cancellationToken);
    }

    private async Task<Verification> FollowAsync(RestAnswer accepted, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var location = accepted.OperationLocation
            ?? throw new TemporalException(ErrorKind.Internal, "unexpected_answer", $"{Address} did not say where its work can be followed.");
        while (true)
        {
            var poll = new RestRequest(HttpMethod.Get, location);
            using var answer = await client.SendAsync(poll, cancellationToken);
            progress.Report(answer.Root.TryGetProperty("progress", out var share) ? share.GetDouble() : 0);
            if (answer.Root.GetProperty("status").GetString() is { } status and not "running")
                return ReadVerification(answer.Root, status) is var ended && status != "succeeded" && ended.Fault is null ? ended with { Fault = "It failed." } : ended;
            await Task.Delay(PollInterval, clock, cancellationToken);
        }
    }

    public async Task<KvEraseResult> EraseAsync(KvErasureScope scope, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Post, $"{root}/erasures") { Body = RestErasures.Write(scope), IsWrite = true };
        while (true)
        {
            // The same request again waits on; it erases nothing twice.
            using var answer = await client.SendAsync(request, cancellationToken);
            if (RestAnswers.IsTrue(answer.Root, "purged"))
                return RestErasures.Read(answer.Root);
            await Task.Delay(PollInterval, clock, cancellationToken);
        }
    }

    public async Task<int> SplitAsync(string ns, int partitions, CancellationToken cancellationToken)
    {
        var before = await ChangeAsync($"{PathOf(ns)}/_settings", ["ttl", "durability"], settings => settings["partitions"] = partitions, cancellationToken);
        return (int)RestAnswers.Number(before, "partitions");
    }

    public async IAsyncEnumerable<WorkspaceInfo> WorkspacesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var element in client.PagesAsync("/v1", cancellationToken))
            yield return RestAnswers.ReadWorkspace(element);
    }

    public async Task<bool> CreateWorkspaceAsync(WorkspaceInfo workspace, CancellationToken cancellationToken)
    {
        var body = workspace.Durability == Durability.Buffered ? """{"durability":"buffered"}""" : """{"durability":"durable"}""";
        var request = new RestRequest(HttpMethod.Put, PathOfWorkspace(workspace.Name)) { Body = Encoding.UTF8.GetBytes(body), IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
        return answer.Status == HttpStatusCode.Created;
    }

    public async Task DeleteWorkspaceAsync(string name, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Delete, PathOfWorkspace(name)) { IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
    }

    public async IAsyncEnumerable<AgentRow> AgentsAsync(AgentKind? kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = $"{root}/agents" + Query(("kind", kind is { } one ? AgentKinds.ToName(one) : null));
        await foreach (var element in client.PagesAsync(path, cancellationToken))
            yield return RestAnswers.ReadAgent(element);
    }

    private static string PathOfWorkspace(string name) => $"/v1/{RestClient.Segment(Names.Validate(name, "workspace"))}";

    private static Verification ReadVerification(JsonElement answer, string status)
    {
        var counts = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        if (answer.TryGetProperty("counts", out var all) && all.ValueKind == JsonValueKind.Object)
        {
            foreach (var count in all.EnumerateObject())
                counts[count.Name] = count.Value.GetInt64();
        }

        string? fault = null;
        if (answer.TryGetProperty("fault", out var first) && first.ValueKind != JsonValueKind.Null)
            fault = first.ValueKind == JsonValueKind.String ? first.GetString() : first.GetRawText();
        return new Verification(status == "succeeded" && fault is null, counts.ToImmutable(), fault)
        {
            Savings = answer.TryGetProperty("savings", out var savings) ? ReadSavings(savings) : null,
        };
    }

    private static LifecycleSavings ReadSavings(JsonElement savings) => new(savings.GetProperty("bytes").GetInt64())
    {
        MoneyPerMonth = savings.TryGetProperty("moneyPerMonth", out var money) ? money.GetDouble() : null,
        CostOnce = savings.TryGetProperty("costOnce", out var cost) ? cost.GetDouble() : null,
        Currency = savings.TryGetProperty("currency", out var currency) ? currency.GetString() : null,
    };
}
