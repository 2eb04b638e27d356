using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Encryption;

/// <summary>
/// The data keys of a process, over its key store: read when it opens, and again where other processes change them, so that
/// encrypting, decrypting and sealing never wait for the store. Which key of a scope encrypts follows from the keys
/// themselves: the newest one that still may. Thread-safe.
/// </summary>
public sealed partial class DataKeyRing
{
    private readonly IKeyStore store;
    private readonly ISaltSource salts;
    private readonly long valuesMax;
    private readonly TurnGate changing;
    private readonly ConcurrentDictionary<DataKeyId, DataKey> keys = new();
    private readonly ConcurrentDictionary<DataKeyId, bool> destroyed = new();
    private readonly ConcurrentDictionary<DataKeyScope, DataKey> newest = new();

    private DataKeyRing(IKeyStore store, ISaltSource salts, IWorkScheduler scheduler, long valuesMax, FacadeLease lease)
    {
        this.lease = lease;
        this.store = store;
        this.salts = salts;
        this.valuesMax = valuesMax;
        changing = new TurnGate(scheduler);
    }

    /// <summary>Reads all keys of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="salts">Draws what nonces begin with.</param>
    /// <param name="scheduler">Where those who wait for a change go on.</param>
    /// <param name="valuesMax">Values that one key encrypts in one life; <see cref="Limits.ValuesPerDataKeyMax"/> at most.</param>
    /// <param name="lease">How long the ring goes on what it has read: for ever where nobody else changes the store.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="TemporalException">Invalid, <c>master_key_wrong</c>, <c>master_key_missing</c>; Unavailable, <c>storage_failed</c>.</exception>
    public static async ValueTask<DataKeyRing> OpenAsync(
        IKeyStore store, ISaltSource salts, IWorkScheduler scheduler, long valuesMax, FacadeLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentOutOfRangeException.ThrowIfLessThan(valuesMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(valuesMax, Limits.ValuesPerDataKeyMax);
        var ring = new DataKeyRing(store, salts, scheduler, valuesMax, lease);
        await ring.ReadAsync(cancellationToken).ConfigureAwait(false);
        return ring;
    }

    /// <summary>Keys that are not destroyed, of a workspace, by scope and number.</summary>
    public ImmutableArray<DataKeyInfo> List(string workspace) =>
    [
        .. keys.Values.Where(key => key.Info.Scope.Workspace == workspace)
            .Select(static key => key.Info with { State = key.State })
            .OrderBy(static key => key.Scope.ToString(), StringComparer.Ordinal).ThenBy(static key => key.Number),
    ];

    /// <summary>Makes another key for a scope; from then on it encrypts, and the ones before only decrypt.</summary>
    /// <exception cref="TemporalException">Invalid, <c>data_keys_full</c>; Unavailable, <c>storage_failed</c>.</exception>
    public ValueTask<DataKeyInfo> RotateAsync(DataKeyScope scope, CancellationToken cancellationToken) => RotateAsync(scope, default, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<DataKeyInfo> RotateAsync(DataKeyScope scope, DataKeyId id, CancellationToken cancellationToken)
    {
        await changing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (lease.IsBounded)
            {
                // The new key is to be later than every one that anybody has made.
                await ReadAsync(cancellationToken).ConfigureAwait(false);
            }

            if (keys.TryGetValue(id, out var made))
            {
                return made.Info with { State = DataKeyState.Active };
            }

            return destroyed.ContainsKey(id)
                ? throw new TemporalException(ErrorKind.Gone, ErrorCodes.ValueErased, $"The data key {id} that this request made was destroyed; it is not made again.")
                : (await CreateAsync(scope, id, cancellationToken).ConfigureAwait(false)).Info;
        }
        finally
        {
            changing.Exit();
        }
    }

    /// <summary>The key under which values of a scope are encrypted now; made, durably, when there is none.</summary>
    internal ValueTask<DataKey> NewestAsync(DataKeyScope scope, CancellationToken cancellationToken) =>
        !IsStale && newest.TryGetValue(scope, out var key) && key.IsUsable ? new(key) : NewestOrCreatedAsync(scope, cancellationToken);

    /// <summary>A key by its id; null when it was destroyed.</summary>
    /// <exception cref="TemporalException">Unavailable, <c>data_key_missing</c>.</exception>
    internal DataKey? Find(DataKeyId id) =>
        keys.TryGetValue(id, out var key) ? key
        : destroyed.ContainsKey(id) ? null
        : throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.DataKeyMissing, $"The key store has no usable data key {id}. What it encrypts is not lost: put the key's file back and start again.");

    /// <summary>A key by its id; null when it was destroyed or is missing.</summary>
    internal DataKey? TryFind(DataKeyId id) => keys.GetValueOrDefault(id);

    /// <summary>The keys whose scope passes.</summary>
    internal DataKey[] KeysOf(Func<DataKeyScope, bool> isIn) => keys.IsEmpty ? [] : [.. keys.Values.Where(key => isIn(key.Info.Scope)).OrderBy(static key => key.Id.Value)];

    /// <summary>Says durably that keys encrypt no more. When it answers, nothing that is encrypted under them gets staged any more.</summary>
    internal async ValueTask RetireAsync(IReadOnlyList<DataKey> retiring, CancellationToken cancellationToken)
    {
        await changing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var key in retiring.Where(static key => key.State == DataKeyState.Active))
            {
                await store.RetireAsync(key.Id, cancellationToken).ConfigureAwait(false);
                key.Retire();
            }
        }
        finally
        {
            changing.Exit();
        }

        if (retiring.Count > 0)
        {
            // Whoever shares the store goes on what it has read, and stages under these keys, no longer than that.
            await lease.WhenOverAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Destroys keys for good.</summary>
    internal async ValueTask DestroyAsync(IReadOnlyList<DataKey> doomed, CancellationToken cancellationToken)
    {
        await changing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var key in doomed)
            {
                await store.DestroyAsync(key.Id, cancellationToken).ConfigureAwait(false);
                Forget(key);
            }
        }
        finally
        {
            changing.Exit();
        }
    }

    private async ValueTask<DataKey> NewestOrCreatedAsync(DataKeyScope scope, CancellationToken cancellationToken)
    {
        await changing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadIfStaleAsync(cancellationToken).ConfigureAwait(false);
            return newest.TryGetValue(scope, out var key) && key.IsUsable ? key : await CreateAsync(scope, default, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            changing.Exit();
        }
    }

    private async ValueTask<DataKey> CreateAsync(DataKeyScope scope, DataKeyId id, CancellationToken cancellationToken)
    {
        if (keys.Count >= Limits.DataKeysMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.DataKeysFull, $"There are {keys.Count} data keys; erasing what they cover makes room.") { Limit = Limits.DataKeysMax };
        }

        var number = newest.TryGetValue(scope, out var last) ? last.Info.Number + 1 : 1;
        var stored = await store.CreateAsync(scope, number, id, cancellationToken).ConfigureAwait(false);
        return Add(stored)!;
    }

    private void Forget(DataKey key)
    {
        destroyed[key.Id] = true;
        keys.TryRemove(key.Id, out _);
        newest.TryRemove(new KeyValuePair<DataKeyScope, DataKey>(key.Info.Scope, key));
        key.Destroy();
    }

    private DataKey? Add(StoredDataKey stored)
    {
        if (stored.Scope is null)
        {
            return null;
        }

        var key = new DataKey(stored, salts, valuesMax);
        keys[key.Id] = key;
        newest.AddOrUpdate(key.Info.Scope, key, (_, present) => IsLater(key, present) ? key : present);
        return key;
    }

    // Two processes may each have made a key of the same number; all agree on one of them.
    private static bool IsLater(DataKey key, DataKey other) =>
        key.Info.Number != other.Info.Number ? key.Info.Number > other.Info.Number : key.Id.Value > other.Id.Value;
}
