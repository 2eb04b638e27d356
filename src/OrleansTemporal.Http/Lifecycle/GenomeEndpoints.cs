using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Lifecycle;

/// <summary>The route of the digest of a workspace.</summary>
internal static class GenomeEndpoints
{
    /// <summary>Maps it.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("GET", "/v1/{workspace}/genome", GetAsync, new("getGenome", "lifecycle", "Shows a causal digest of every agent: roots, heads, counts and where its data is. It is no backup.")
        {
            Answers = [(200, "Genome")],
        });

    private static async Task GetAsync(ApiRequest request)
    {
        var genome = await request.Database.Genome.GetAsync(request.GetReadCall(), WorkspaceEndpoints.GetName(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("workspace"u8, genome.Workspace);
        answer.WriteProperty("systemTime"u8, genome.SystemTime);
        if (genome.Digest is { } digest)
        {
            answer.WriteProperty("digest"u8, digest);
        }
        else
        {
            json.WriteNull("digest"u8);
        }

        json.WriteStartArray("agents"u8);
        foreach (var agent in genome.Agents)
        {
            json.WriteStartObject();
            answer.WriteProperty("agent"u8, agent.Agent);
            answer.WriteProperty("genesisRoot"u8, agent.GenesisRoot);
            json.WriteNumber("sequence"u8, agent.Sequence);
            answer.WriteProperty("root"u8, agent.Root);
            answer.WriteProperty("systemTime"u8, agent.SystemTime);
            json.WriteNumber("floorSequence"u8, agent.FloorSequence);
            json.WriteNumber("sealedThrough"u8, agent.SealedThrough);
            answer.WriteProperty("sealedRoot"u8, agent.SealedRoot);
            json.WriteNumber("segmentCount"u8, agent.SegmentCount);
            json.WriteNumber("segmentBytes"u8, agent.SegmentBytes);
            json.WriteString("manifest"u8, agent.ManifestPath);
            json.WriteNumber("manifestVersion"u8, agent.ManifestVersion);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }
}
