using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>
/// Takes a namespace from one slot map to the next while it is read and written. The catalog says first where it is going;
/// then those who lose slots log a hand-over, which ends their writes to them, and those who get slots log a take-over that
/// names it; then the catalog has the new map. Each step is done once however often it is asked for, and whoever meets a
/// move that is not finished finishes it: so it ends in the same state wherever a process dies.
/// </summary>
internal sealed class KvMover(IAgentDirectory directory)
{
    /// <summary>Finishes the move that an entry tells of, if there is one.</summary>
    /// <returns>The entry as it stands without a move.</returns>
    public async ValueTask<CatalogEntry> FinishAsync(string workspace, CatalogEntry entry, CancellationToken cancellationToken)
    {
        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        while (KvPlacement.Of(entry) is { Move: { } goal } placement)
        {
            await TransferAsync(workspace, entry.Name, placement, cancellationToken).ConfigureAwait(false);
            entry = await CommitAsync(catalog, entry, placement with { Slots = goal, Move = null }, cancellationToken).ConfigureAwait(false);
        }

        return entry;
    }

    // All slots of a pair at once, and the pairs side by side: writers of these slots wait meanwhile.
    private async ValueTask TransferAsync(string workspace, string ns, KvPlacement placement, CancellationToken cancellationToken)
    {
        var version = placement.Move!.Version;
        var pairs = placement.Transfers().ToArray();
        var handOvers = await Task.WhenAll(pairs.Select(pair => Agent(pair.From).HandOverAsync(
            new KvTransferOrder { MapVersion = version, Slots = pair.Slots, Peer = Id(pair.To) }, cancellationToken).AsTask())).ConfigureAwait(false);
        await Task.WhenAll(pairs.Select((pair, i) => Agent(pair.To).TakeOverAsync(
            new KvTransferOrder { MapVersion = version, Slots = pair.Slots, Peer = Id(pair.From), HandOver = handOvers[i] }, cancellationToken).AsTask())).ConfigureAwait(false);

        AgentId Id(int partition) => new(workspace, AgentKind.Kv, ns, partition);

        IStorageAgent Agent(int partition) => directory.Get<IStorageAgent>(Id(partition));
    }

    private static async ValueTask<CatalogEntry> CommitAsync(ICatalogAgent catalog, CatalogEntry entry, KvPlacement placement, CancellationToken cancellationToken)
    {
        var settings = KvSettingsCodec.Decode(entry) with { Partitions = placement.Slots.PartitionCount };
        var change = new CatalogChange
        {
            Kind = AgentKind.Kv,
            Name = entry.Name,
            Settings = placement.AddTo(KvSettingsCodec.Encode(settings)),
            SlotMap = placement.Slots.ToBytes(),
            IfSequence = entry.Sequence,
        };
        try
        {
            return (await catalog.ChangeAsync(change, cancellationToken).ConfigureAwait(false)).Entry;
        }
        catch (TemporalException other) when (other.Code == ErrorCodes.PreconditionFailed)
        {
            // Somebody else was faster; what stands now is looked at again.
            return await catalog.FindAsync(AgentKind.Kv, entry.Name, AsOf.Latest, cancellationToken).ConfigureAwait(false)
                ?? throw new TemporalException(ErrorKind.Conflict, ErrorCodes.PreconditionFailed, $"'{entry.Name}' was removed meanwhile.", other);
        }
    }
}
