using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>The documents of a namespace for what is derived from them: all as of a moment, some keys, and which have changed. Not thread-safe.</summary>
internal sealed class ViewSource(IAgentDirectory directory, string workspace, string ns) : IViewSource
{
    // Each time the slot map is read again; more than a few in a row can not be.
    private const int AttemptsMax = 16;

    private const int KeysPerReadMax = 1_000;

    private readonly KvMover mover = new(directory);
    private KvPlacement? placement;
    private ImmutableArray<IStorageAgent> agents = [];

    /// <summary>Agents that the namespace has had, by partition.</summary>
    public ImmutableArray<IStorageAgent> Agents => agents;

    /// <inheritdoc/>
    public IViewFeed NewFeed() => new ViewFeed(this);

    /// <inheritdoc/>
    public IViewSource Copy() => new ViewSource(directory, workspace, ns) { placement = placement, agents = agents };

    /// <inheritdoc/>
    public async ValueTask LocateAsync(HybridTimestamp moment, CancellationToken cancellationToken)
    {
        var entry = await FindAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (entry is null)
        {
            await FindAsync(AsOf.At(moment), cancellationToken).ConfigureAwait(false);
            entry = await FindAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false);
        }

        placement = entry is null ? null : KvPlacement.Of(await mover.FinishAsync(workspace, entry, cancellationToken).ConfigureAwait(false));
        agents =
        [
            .. Enumerable.Range(0, placement?.AgentCount ?? 0)
                .Select(partition => directory.Get<IStorageAgent>(new AgentId(workspace, AgentKind.Kv, ns, partition))),
        ];
    }

    /// <summary>The fields of the namespace that have an index, as the catalog has them now.</summary>
    public async ValueTask<ImmutableArray<string>> ListIndexesAsync(CancellationToken cancellationToken) =>
        await FindAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false) is { } entry ? KvSettings.Of(entry).Indexes ?? [] : [];

    /// <inheritdoc/>
    public ValueTask ScanAsync(HybridTimestamp moment, ReadOnlyMemory<byte> filter, Action<ImmutableArray<KvQueryRow>> take, Action begin, CancellationToken cancellationToken) =>
        RetryAsync(
            moment,
            async () =>
            {
                begin();
                foreach (var agent in agents[..(placement?.Slots.PartitionCount ?? 0)])
                {
                    string? after = null;
                    do
                    {
                        var query = new KvQuery
                        {
                            After = after,
                            AsOf = AsOf.At(moment),
                            Filter = filter,
                            RowCountMax = Limits.PageCountMax,
                            MapVersion = placement!.Slots.Version,
                            AgentCount = placement.AgentCount,
                        };
                        var page = await agent.QueryAsync(query, cancellationToken).ConfigureAwait(false);
                        take(page.Rows);
                        after = page.Next;
                    }
                    while (after is not null);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<KvQueryRow?[]> ReadAsync(IReadOnlyList<string> keys, HybridTimestamp moment, CancellationToken cancellationToken)
    {
        var found = await GetAsync(keys, moment, cancellationToken).ConfigureAwait(false);
        return [.. found.Select((one, index) => one.Version is { IsErased: false } version ? new KvQueryRow(keys[index], version.WriteId, version.SystemTime, version.Value) : null)];
    }

    /// <summary>Keys as of a moment, in the order asked for.</summary>
    public async ValueTask<KvReadResult[]> GetAsync(IReadOnlyList<string> keys, HybridTimestamp moment, CancellationToken cancellationToken)
    {
        var results = new KvReadResult[keys.Count];
        if (keys.Count == 0 || placement is null)
        {
            return results;
        }

        await RetryAsync(
            moment,
            async () =>
            {
                foreach (var part in Enumerable.Range(0, keys.Count).GroupBy(index => placement.Slots.PartitionOf(keys[index])))
                {
                    foreach (var chunk in part.Chunk(KeysPerReadMax))
                    {
                        var found = await agents[part.Key].GetManyAsync([.. chunk.Select(index => keys[index])], AsOf.At(moment), cancellationToken).ConfigureAwait(false);
                        for (var i = 0; i < chunk.Length; i++)
                        {
                            results[chunk[i]] = found[i];
                        }
                    }
                }
            },
            cancellationToken).ConfigureAwait(false);
        return results;
    }

    private async ValueTask RetryAsync(HybridTimestamp moment, Func<ValueTask> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ask().ConfigureAwait(false);
                return;
            }
            catch (TemporalException moved) when (moved.Code == ErrorCodes.SlotsMoved && attempt < AttemptsMax)
            {
                await LocateAsync(moment, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ValueTask<CatalogEntry?> FindAsync(AsOf asOf, CancellationToken cancellationToken) =>
        directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(AgentKind.Kv, ns, asOf, cancellationToken);
}
