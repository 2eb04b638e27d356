using System.Buffers.Binary;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Lifecycle;

/// <summary>Makes genomes. Cost: a status and a manifest for each agent; no delta is read.</summary>
public sealed class GenomeService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly AgentService agents;
    private readonly AgentServices services;

    internal GenomeService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, AgentService agents, AgentServices services)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.agents = agents;
        this.services = services;
    }

    /// <summary>The genome of a workspace as it stands.</summary>
    public async ValueTask<WorkspaceGenome> GetAsync(CallContext call, string workspace, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "genome"), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var genomes = ImmutableArray.CreateBuilder<AgentGenome>();
        foreach (var id in (await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false)).OrderBy(static id => id.ToString(), StringComparer.Ordinal))
        {
            genomes.Add(await OfAsync(id, cancellationToken).ConfigureAwait(false));
        }

        return new WorkspaceGenome { Workspace = workspace, SystemTime = services.Clock.Last, Digest = DigestOf(genomes), Agents = genomes.ToImmutable() };
    }

    private static Distinction? DigestOf(IReadOnlyList<AgentGenome> genomes)
    {
        Span<byte> count = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(count, genomes.Sum(static genome => genome.Sequence));
        return Synthesis.Across(genomes.Select(static genome => genome.Root).ToArray(), TaggedHash.Hash(HashTag.Action, count));
    }

    private async ValueTask<AgentGenome> OfAsync(AgentId id, CancellationToken cancellationToken)
    {
        // The manifest first, so that the newest delta is never before what is sealed.
        var manifest = (await services.Manifests.LoadAsync(id, cancellationToken).ConfigureAwait(false))?.Manifest;
        var status = await directory.Get<IAgent>(id).GetStatusAsync(cancellationToken).ConfigureAwait(false);
        return new AgentGenome
        {
            Agent = id,
            GenesisRoot = GenesisRoot.Of(id),
            Sequence = status.Sequence,
            Root = status.Root,
            SystemTime = status.SystemTime,
            FloorSequence = manifest?.FloorSequence ?? 0,
            SealedThrough = manifest?.SealedThrough ?? 0,
            SealedRoot = manifest?.Root ?? GenesisRoot.Of(id),
            SegmentCount = manifest?.Segments.Count ?? 0,
            SegmentBytes = manifest?.Segments.Sum(static segment => segment.Length) ?? 0,
            ManifestPath = manifest is null ? null : SealedPaths.ManifestOf(id),
            ManifestVersion = manifest?.Version ?? 0,
        };
    }
}
