using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kv;

/// <summary>The storage agent. Thread-safe; the same class is the grain under Orleans.</summary>
public partial class StorageAgent : CausalAgent<AgentCore>, IStorageAgent, ILineageAgent
{
    // Side by side, of keys that are not in memory.
    private const int GetsAtOnce = 16;

    private readonly ValueCipher cipher;

    /// <summary>Makes a closed agent for one partition of a namespace.</summary>
    public StorageAgent(AgentId id, AgentServices services)
        : base(id, services) => cipher = new ValueCipher(id, services.Keys);

    /// <summary>How long clean-up has held the gate in the present life of the agent; for measurements.</summary>
    internal HoldMeter Cleanings => ((StorageCore)Living!).Cleanings;

    /// <summary>The most looks into generations that a query has made under one hold of the gate, in the present life of the agent; for measurements.</summary>
    internal int LongestQueryHold => Living is StorageCore core ? core.LongestQueryHold : 0;

    /// <inheritdoc/>
    public ValueTask<KvWriteResult> WriteAsync(KvWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            if (!write.Observed.Equals(HybridTimestamp.Zero))
            {
                Services.Clock.Receive(write.Observed);
            }

            if (Services.Keys is { } keys && MustRead(keys, write))
            {
                return ReadKeysAndWriteAsync(keys, write, cancellationToken);
            }

            var prepared = KvPreparedWrite.Prepare(write, Services.Salts, cipher);
            return Living is StorageCore core ? core.WriteAsync(prepared, cancellationToken) : OpenAndWriteAsync(prepared, cancellationToken);
        }
        catch (TemporalException refusal)
        {
            return ValueTask.FromException<KvWriteResult>(refusal);
        }
    }

    /// <inheritdoc/>
    public ValueTask<KvReadResult> GetAsync(string key, AsOf asOf, CancellationToken cancellationToken)
    {
        try
        {
            return Living is StorageCore core
                && (asOf.IsLatest ? core.TryGetLatest(key, out var result)
                    : asOf.SystemTime is { } instant ? core.TryGetAsOf(key, instant, out result)
                    : NotFromMemory(out result))
                    ? new(result)
                    : GetSlowlyAsync(key, asOf, cancellationToken);
        }
        catch (TemporalException unreadable)
        {
            return ValueTask.FromException<KvReadResult>(unreadable);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<KvReadResult>> GetManyAsync(ImmutableArray<string> keys, AsOf asOf, CancellationToken cancellationToken)
    {
        if (keys.Length is < 1 or > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"Between 1 and {Limits.BatchCountMax} keys are accepted, not {keys.Length}.")
            {
                Field = "keys",
                Limit = Limits.BatchCountMax,
            };
        }

        foreach (var key in keys)
        {
            EntityKeys.Validate(key, "key");
        }

        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        var time = await core.CloseAsync(asOf, cancellationToken).ConfigureAwait(false);
        var results = new KvReadResult[keys.Length];
        var pending = new List<Task>(GetsAtOnce);
        for (var i = 0; i < keys.Length; i++)
        {
            var get = GetAsync(core, keys[i], time, cancellationToken);
            if (get.IsCompletedSuccessfully)
            {
                results[i] = get.Result;
                continue;
            }

            // Not in memory: each takes a way or two to the storage.
            pending.Add(KeepAsync(get, results, i));
            if (pending.Count == GetsAtOnce)
            {
                await Task.WhenAll(pending).ConfigureAwait(false);
                pending.Clear();
            }
        }

        await Task.WhenAll(pending).ConfigureAwait(false);
        await core.RequireKeptAsync(time, cancellationToken).ConfigureAwait(false);
        return ImmutableArray.Create(results);
    }

    /// <inheritdoc/>
    public async ValueTask<KvHistoryPage> GetHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken)
    {
        EntityKeys.Validate(query.Key, "key");
        RequireLimit(query.Limit);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var from = core.KeptFrom;
            var page = query.Filter.IsEmpty
                ? await core.GetHeldHistoryAsync(query, cancellationToken).ConfigureAwait(false)
                : await core.QueryHistoryAsync(query, cancellationToken).ConfigureAwait(false);
            await core.RequireKeptAsync(query, cancellationToken).ConfigureAwait(false);
            if (from == core.KeptFrom)
            {
                return page with { KeptFrom = HybridTimestamp.Max(from, page.KeptFrom) };
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<KvListPage> ListAsync(KvListQuery query, CancellationToken cancellationToken)
    {
        RequireLimit(query.Limit);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.ListAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<KvQueryPage> QueryAsync(KvQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query.RowCountMax);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.QueryAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<KvChangesPage> ReadChangesAsync(KvChangesQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.CountMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.CountMax, Limits.DeltaPageMax);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.ReadChangesAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<KvExpiringPage> ListExpiringAsync(KvExpiringQuery query, CancellationToken cancellationToken)
    {
        RequireLimit(query.Limit);
        KvExpiry.Validate(query.Within == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : query.Within, "within");
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.ListExpiringAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<KvEraseResult> EraseAsync(KvErase erase, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(erase);
        if (erase.Key is { } key)
        {
            EntityKeys.Validate(key, "key");
        }

        if (!erase.Observed.Equals(HybridTimestamp.Zero))
        {
            Services.Clock.Receive(erase.Observed);
        }

        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.EraseAsync(erase, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask WhenPurgedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
            if (await core.WhenPurgedAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DistillReport> DistillAsync(DistillOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.DistillAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<KvStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetStatsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new StorageCore(Id, Services);

    private async ValueTask<StorageCore> GetStorageAsync(CancellationToken cancellationToken) =>
        (StorageCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);

    private async ValueTask<KvReadResult> GetSlowlyAsync(string key, AsOf asOf, CancellationToken cancellationToken)
    {
        EntityKeys.Validate(key, "key");
        await CallerScheduler.LeaveAsync();
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        if (asOf.IsLatest)
        {
            return core.HasTransfers
                ? await core.GetHeldAsync(key, ulong.MaxValue, cancellationToken).ConfigureAwait(false)
                : await core.GetLatestAsync(key, cancellationToken).ConfigureAwait(false);
        }

        var time = await core.CloseAsync(asOf, cancellationToken).ConfigureAwait(false);
        var result = await GetAsync(core, key, time, cancellationToken).ConfigureAwait(false);
        await core.RequireKeptAsync(time, cancellationToken).ConfigureAwait(false);
        return result;
    }

    private static ValueTask<KvReadResult> GetAsync(StorageCore core, string key, ulong time, CancellationToken cancellationToken) =>
        core.HasTransfers ? core.GetHeldAsync(key, time, cancellationToken) : core.GetAsync(key, time, cancellationToken);

    private static async Task KeepAsync(ValueTask<KvReadResult> get, KvReadResult[] results, int index) =>
        results[index] = await get.ConfigureAwait(false);

    private static bool MustRead(DataKeyRing keys, KvWrite write)
    {
        foreach (var operation in write.Operations)
        {
            if (!operation.DataKey.IsNone && keys.MustRead(operation.DataKey))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<KvWriteResult> ReadKeysAndWriteAsync(DataKeyRing keys, KvWrite write, CancellationToken cancellationToken)
    {
        await keys.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await OpenAndWriteAsync(KvPreparedWrite.Prepare(write, Services.Salts, cipher), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<KvWriteResult> OpenAndWriteAsync(KvPreparedWrite prepared, CancellationToken cancellationToken)
    {
        await CallerScheduler.LeaveAsync();
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.WriteAsync(prepared, cancellationToken).ConfigureAwait(false);
    }

    private static bool NotFromMemory(out KvReadResult result)
    {
        result = default;
        return false;
    }

    private static void RequireLimit(int limit)
    {
        if (limit is < 1 or > Limits.PageCountMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A page has 1 to {Limits.PageCountMax} rows.")
            {
                Field = "limit",
                Limit = Limits.PageCountMax,
            };
        }
    }
}
