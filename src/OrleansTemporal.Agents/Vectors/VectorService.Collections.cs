using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Vectors;

public sealed partial class VectorService
{
    /// <summary>Makes a collection; one that is there with the same settings stays as it is.</summary>
    /// <exception cref="TemporalException">Conflict, <c>collection_exists</c>: there is one with other settings; Invalid, <c>invalid_field</c>.</exception>
    public async ValueTask<CatalogChangeResult> PutCollectionAsync(
        CallContext call, string workspace, string collection, VectorSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Admin, cancellationToken).ConfigureAwait(false);
        Names.Validate(collection, "collection");
        settings.Validate();
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var encoded = VectorSettingsJson.Encode(settings);
        var result = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(
            new CatalogChange
            {
                Kind = AgentKind.Vectors,
                Name = collection,
                Settings = encoded,
                SlotMap = SlotMap.Even(settings.Partitions).ToBytes(),
                OnlyIfAbsent = true,
                Operation = OperationStamps.Of(call, "put", $"vectors/{workspace}/{collection}", encoded),
                Actor = call.Principal.Name,
            },
            cancellationToken).ConfigureAwait(false);
        return VectorRoute.SettingsOf(result.Entry) == settings
            ? result
            : throw new TemporalException(ErrorKind.Conflict, ErrorCodes.CollectionExists, $"There is a collection '{collection}' with other settings.")
            {
                Field = "collection",
            };
    }

    /// <summary>What a collection is, and how much there is of it.</summary>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>.</exception>
    public async ValueTask<VectorCollectionInfo> GetCollectionAsync(
        CallContext call, string workspace, string collection, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Read, cancellationToken).ConfigureAwait(false);
        return await DescribeAsync(await RequireAsync(workspace, collection, AsOf.Latest, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a collection: it is there as of earlier moments, and its name may be used again.</summary>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>.</exception>
    public async ValueTask<Receipt> DeleteCollectionAsync(CallContext call, string workspace, string collection, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Admin, cancellationToken).ConfigureAwait(false);
        var stamp = OperationStamps.Of(call, "delete", $"vectors/{workspace}/{collection}", []);
        if (stamp is null)
        {
            await RequireAsync(workspace, collection, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        }

        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var result = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(
            new CatalogChange { Kind = AgentKind.Vectors, Name = collection, Remove = true, Operation = stamp, Actor = call.Principal.Name },
            cancellationToken).ConfigureAwait(false);
        return result.Receipt ?? throw VectorCore.NoCollection(collection);
    }

    /// <summary>Collections of a workspace in name order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<VectorCollectionInfo>> ListCollectionsAsync(
        CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var entries = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .ListAsync(AgentKind.Vectors, after, limit, cancellationToken).ConfigureAwait(false);
        var infos = ImmutableArray.CreateBuilder<VectorCollectionInfo>(entries.Length);
        foreach (var entry in entries)
        {
            infos.Add(await DescribeAsync(new VectorRoute(directory, workspace, entry), cancellationToken).ConfigureAwait(false));
        }

        return infos.DrainToImmutable();
    }

    private static async ValueTask<VectorCollectionInfo> DescribeAsync(VectorRoute route, CancellationToken cancellationToken)
    {
        var sum = new VectorStats { Count = 0, VersionCount = 0, RowCount = 0, LinkedCount = 0, Bytes = 0 };
        foreach (var agent in route.Agents)
        {
            var stats = await agent.GetStatsAsync(route.Entry.Sequence, cancellationToken).ConfigureAwait(false);
            sum = new VectorStats
            {
                Count = sum.Count + stats.Count,
                VersionCount = sum.VersionCount + stats.VersionCount,
                RowCount = sum.RowCount + stats.RowCount,
                LinkedCount = sum.LinkedCount + stats.LinkedCount,
                Bytes = sum.Bytes + stats.Bytes,
            };
        }

        return new VectorCollectionInfo(route.Entry.Name, route.Settings, sum, route.Entry.SystemTime);
    }
}
