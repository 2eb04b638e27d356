using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    public Task<Verification> BackUpAsync(string to, IProgress<double> progress, CancellationToken cancellationToken) =>
        RunAsync("backups", new JsonObject { ["to"] = to }, progress, cancellationToken);

    public Task<Verification> RestoreAsync(string from, IProgress<double> progress, CancellationToken cancellationToken) =>
        RunAsync("restores", new JsonObject { ["from"] = from }, progress, cancellationToken);

    public async Task<WorkspaceGenome> GenomeAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, $"{root}/genome"), cancellationToken);
        return new WorkspaceGenome
        {
            Workspace = answer.Root.GetProperty("workspace").GetString()!,
            SystemTime = HybridTimestamp.Parse(answer.Root.GetProperty("systemTime").GetString()!),
            Digest = answer.Root.GetProperty("digest").GetString() is { } digest ? Distinction.Parse(digest) : null,
            Agents = [.. answer.Root.GetProperty("agents").EnumerateArray().Select(ReadGenome)],
        };
    }

    private static AgentGenome ReadGenome(JsonElement agent) => new()
    {
        Agent = AgentId.Parse(agent.GetProperty("agent").GetString()!),
        GenesisRoot = Distinction.Parse(agent.GetProperty("genesisRoot").GetString()!),
        Sequence = agent.GetProperty("sequence").GetInt64(),
        Root = Distinction.Parse(agent.GetProperty("root").GetString()!),
        SystemTime = HybridTimestamp.Parse(agent.GetProperty("systemTime").GetString()!),
        FloorSequence = agent.GetProperty("floorSequence").GetInt64(),
        SealedThrough = agent.GetProperty("sealedThrough").GetInt64(),
        SealedRoot = Distinction.Parse(agent.GetProperty("sealedRoot").GetString()!),
        SegmentCount = agent.GetProperty("segmentCount").GetInt32(),
        SegmentBytes = agent.GetProperty("segmentBytes").GetInt64(),
        ManifestPath = agent.GetProperty("manifest").GetString(),
        ManifestVersion = agent.GetProperty("manifestVersion").GetInt64(),
    };

    private async Task<Verification> RunAsync(string what, JsonObject body, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Post, $"{root}/{what}") { Body = Encoding.UTF8.GetBytes(body.ToJsonString()), IsWrite = true, IsRetried = false };
        using var accepted = await client.SendAsync(request, cancellationToken);
        return await FollowAsync(accepted, progress, cancellationToken);
    }
}
