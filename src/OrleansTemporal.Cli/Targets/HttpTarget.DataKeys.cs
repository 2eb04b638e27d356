using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    public async IAsyncEnumerable<DataKeyInfo> DataKeysAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var element in client.PagesAsync($"{root}/data-keys", cancellationToken))
            yield return RestAnswers.ReadDataKey(element, workspace);
    }

    public async Task<DataKeyInfo> RotateDataKeyAsync(string? ns, string? key, CancellationToken cancellationToken)
    {
        var body = new JsonObject();
        if (ns is not null)
            body["namespace"] = ns;
        if (key is not null)
            body["key"] = key;
        var request = new RestRequest(HttpMethod.Post, $"{root}/data-keys") { Body = Encoding.UTF8.GetBytes(body.ToJsonString()), IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
        return RestAnswers.ReadDataKey(answer.Root, workspace);
    }

    public async Task UseDataKeyAsync(string? ns, string? key, DataKeyPolicy policy, CancellationToken cancellationToken)
    {
        var name = DataKeyPolicies.NameOf(policy);
        if (ns is null)
        {
            await ChangeAsync(root, ["durability"], settings => settings["dataKey"] = policy == DataKeyPolicy.Inherit ? DataKeyPolicies.NameOf(DataKeyPolicy.None) : name, cancellationToken);
            return;
        }

        await ChangeAsync($"{PathOf(ns)}/_settings", ["partitions", "ttl", "durability", "dataKeys"], settings =>
        {
            if (key is null)
                settings["dataKey"] = name;
            else if (policy == DataKeyPolicy.Inherit)
                settings["dataKeys"]!.AsObject().Remove(key);
            else
                settings["dataKeys"]!.AsObject()[key] = name;
        }, cancellationToken);
    }

    // What is not named falls back to its default, so the other settings are sent again as they are. Answers what they were.
    private async Task<JsonElement> ChangeAsync(string path, string[] kept, Action<JsonObject> change, CancellationToken cancellationToken)
    {
        using var present = await client.SendAsync(new RestRequest(HttpMethod.Get, path), cancellationToken);
        var settings = new JsonObject();
        foreach (var name in kept)
        {
            if (present.Root.TryGetProperty(name, out var value))
                settings[name] = JsonNode.Parse(value.GetRawText());
        }

        change(settings);
        var request = new RestRequest(HttpMethod.Put, path) { Body = Encoding.UTF8.GetBytes(settings.ToJsonString()), IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
        return present.Root.Clone();
    }
}
