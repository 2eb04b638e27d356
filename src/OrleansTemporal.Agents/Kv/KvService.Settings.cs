using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    /// <summary>Settings of a namespace; the defaults when it was never written to.</summary>
    public async ValueTask<KvSettings> GetSettingsAsync(CallContext call, string workspace, string ns, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        var route = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
        return route?.Settings ?? new KvSettings { Durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability };
    }

    /// <summary>
    /// Configures a namespace, making it when it is new. Another number of partitions than it has splits or merges them
    /// while they are read and written; when this answers that is done. Costs four flushes, whatever the number of keys.
    /// </summary>
    public async ValueTask<CatalogChangeResult> PutSettingsAsync(
        CallContext call, string workspace, string ns, KvSettings settings, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Admin, cancellationToken).ConfigureAwait(false);
        KvReservedNames.RequireOpen(ns, isOfSystem: false);
        if (settings.Partitions is < 1 or > Limits.PartitionsMax)
        {
            throw Refuse("partitions", $"A namespace has 1 to {Limits.PartitionsMax} partitions.");
        }

        var present = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
        if (settings.TimeToLive == Timeout.InfiniteTimeSpan)
        {
            throw Refuse("ttl", "A namespace whose values live for ever has no 'ttl'.");
        }

        KvExpiry.Validate(settings.TimeToLive, "ttl");
        settings = settings with { DataKey = settings.DataKey ?? present?.Settings.DataKey, DataKeys = settings.DataKeys ?? present?.Settings.DataKeys, Indexes = settings.Indexes ?? present?.Settings.Indexes };
        KvIndexes.Validate(settings.Indexes);
        ValidateDataKeys(settings.DataKeys);
        var encoded = KvSettingsCodec.Encode(settings);
        var change = new CatalogChange
        {
            Kind = AgentKind.Kv,
            Name = ns,
            Settings = present is null ? encoded : Place(present, settings),
            SlotMap = present is null ? SlotMap.Even(settings.Partitions).ToBytes() : default,
            IfSequence = present?.Settings.CatalogSequence ?? 0,
            Operation = OperationStamps.Of(call, "put", $"kv/{workspace}/{ns}/_settings", encoded),
            Actor = call.Principal.Name,
        };
        var result = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        routes.Forget(workspace, ns);

        // Whoever reads the route finishes the move that it tells of.
        await routes.RefreshAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
        if (settings.Indexes is { IsEmpty: false })
        {
            // Wakes the agent that keeps them, so that housekeeping finds it.
            await IndexesOf(workspace, ns).GetStatsAsync(cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    private static void ValidateDataKeys(ImmutableSortedDictionary<string, DataKeyPolicy>? dataKeys)
    {
        if (dataKeys is null)
        {
            return;
        }

        if (dataKeys.Count > Limits.DataKeySettingsMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"At most {Limits.DataKeySettingsMax} keys have a data key setting of their own; 'each' gives every key one.")
            {
                Field = "dataKeys",
                Limit = Limits.DataKeySettingsMax,
            };
        }

        foreach (var (key, policy) in dataKeys)
        {
            EntityKeys.Validate(key, "dataKeys");
            if (policy is not (DataKeyPolicy.Own or DataKeyPolicy.None))
            {
                throw Refuse("dataKeys", "The data key setting of a key is 'own' or 'none'.");
            }
        }
    }

    private static byte[] Place(KvRoute present, KvSettings settings)
    {
        var placement = present.Placement;
        if (settings.Partitions != present.Agents.Length)
        {
            var goal = placement.Slots.Spread(settings.Partitions);
            placement = placement with { Move = goal, AgentCount = Math.Max(placement.AgentCount, goal.PartitionCount) };
        }

        return placement.AddTo(KvSettingsCodec.Encode(settings with { Partitions = present.Agents.Length }));
    }
}
