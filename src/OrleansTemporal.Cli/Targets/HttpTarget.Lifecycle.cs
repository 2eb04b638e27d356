using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    public async Task<LifecyclePolicy> GetPolicyAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, $"{root}/lifecycle/policy"), cancellationToken);
        return LifecyclePolicyJson.Parse(Encoding.UTF8.GetBytes(answer.Root.GetRawText()));
    }

    public async Task SetPolicyAsync(LifecyclePolicy policy, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            LifecyclePolicyJson.WriteMembers(json, policy);
            json.WriteEndObject();
        }

        var request = new RestRequest(HttpMethod.Put, $"{root}/lifecycle/policy") { Body = body.WrittenMemory, IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
    }

    public Task<Verification> RunLifecycleAsync(LifecycleProcess process, bool isDryRun, IProgress<double> progress, CancellationToken cancellationToken) =>
        RunAsync("lifecycle/runs", new JsonObject { ["process"] = LifecycleProcesses.NameOf(process), ["dryRun"] = isDryRun }, progress, cancellationToken);
}
