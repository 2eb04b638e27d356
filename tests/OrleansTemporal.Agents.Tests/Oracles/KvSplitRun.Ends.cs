using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Oracles;

// What leaves a key by itself, and what is taken from it for good.
internal sealed partial class KvSplitRun
{
    private const int PurgeTurnsMax = 2_000;

    /// <summary>Versions that were erased.</summary>
    public int Erased { get; private set; }

    /// <summary>Values that ended before they were written again.</summary>
    public int Ended => keys.Keys.Sum(key => RowsOf(key).Count(static row => KvExpiry.IsTombstone(row.Id)));

    // The moment of now, far enough from any end that it does not matter when exactly the next call looks at the clock.
    private Task<HybridTimestamp> StepAsideAsync()
    {
        while (true)
        {
            var now = HybridTimestamp.Max(store.Services.Clock.Last, HybridTimestamp.FromMilliseconds(store.Services.Clock.NowMilliseconds));
            if (!keys.Values.Any(versions => versions.Exists(version => version.ExpiresAt is { } end && end.Milliseconds == now.Milliseconds)))
            {
                return Task.FromResult(now);
            }

            store.Time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    private IEnumerable<Version> RowsOf(string key)
    {
        var versions = keys.TryGetValue(key, out var known) ? known : [];
        var now = HybridTimestamp.Max(store.Services.Clock.Last, HybridTimestamp.FromMilliseconds(store.Services.Clock.NowMilliseconds));
        for (var i = 0; i < versions.Count; i++)
        {
            yield return versions[i];
            if (versions[i].IsOverAt(i + 1 < versions.Count ? versions[i + 1].Time : now))
            {
                yield return versions[i].Tombstone();
            }
        }
    }

    private async Task EraseAsync()
    {
        var now = await StepAsideAsync();
        var key = Key();
        var scope = random.Next(3) == 0 ? KvErasureScope.OfPrefix(Namespace, key[..1]) : KvErasureScope.OfKey(Namespace, key);
        var covered = keys.Keys.Where(known => scope.Key is null ? known.StartsWith(scope.Prefix, StringComparison.Ordinal) : known == key).ToArray();
        var call = NextCall(out _);
        if (scope.Key is not null && covered.Length == 0)
        {
            Assert.Equal(ErrorCodes.KeyNotFound, (await Assert.ThrowsAsync<TemporalException>(async () => await store.Kv.EraseAsync(call, Workspace, scope, CancellationToken.None))).Code);
            return;
        }

        var result = await store.Kv.EraseAsync(call, Workspace, scope, CancellationToken.None);
        foreach (var touched in covered)
        {
            await TakeOverAsync(touched, now);
        }

        if (call.IdempotencyKey is not null && !result.Receipts.IsEmpty)
        {
            await (random.Next(2) == 0 ? MoveAsync() : Task.CompletedTask);
            var again = await store.Kv.EraseAsync(call, Workspace, scope, CancellationToken.None);
            Assert.Superset(result.Receipts.Select(static receipt => receipt.Root).ToHashSet(), again.Receipts.Select(static receipt => receipt.Root).ToHashSet());
        }

        await (random.Next(3) == 0 ? PurgeAsync() : Task.CompletedTask);
    }

    // Each value is crossed out; how many tombstones are behind it hangs on where it lay, so they are read.
    private async Task TakeOverAsync(string key, HybridTimestamp before)
    {
        var versions = keys[key];
        var wasLive = versions[^1].IsLiveAt(before);
        Erased += versions.Count(static version => version is { Value: not null, IsErased: false });
        for (var i = 0; i < versions.Count; i++)
        {
            versions[i] = versions[i] with { IsErased = versions[i].Value is not null };
        }

        var history = (await store.Kv.GetHistoryAsync(
            CallContext.Local, Workspace, Namespace, new KvHistoryQuery { Key = key, Ascending = true, Limit = Limits.PageCountMax }, CancellationToken.None)).Versions;
        var expected = RowsOf(key).ToArray();
        Assert.Equal(expected.Select(Show), history.Take(expected.Length).Select(Show));
        var tombstones = history.Skip(expected.Length).ToArray();
        Assert.All(tombstones, static row => Assert.True(row.IsDeleted && !KvExpiry.IsTombstone(row.WriteId)));
        Assert.True(tombstones.Length > 0 || !wasLive, $"{key} was live and has no tombstone.");
        versions.AddRange(tombstones.Select(row => new Version(key, null, row.WriteId, row.PreviousWriteId, row.SystemTime)));
    }

    private async Task PurgeAsync()
    {
        var purged = store.Kv.WhenPurgedAsync(CallContext.Local, Workspace, KvErasureScope.OfNamespace(Namespace), CancellationToken.None).AsTask();
        for (var turns = 0; !purged.IsCompleted; turns++)
        {
            Assert.True(turns < PurgeTurnsMax, "The bytes never go.");
            await store.Database.MaintainAsync(CancellationToken.None);
            await Task.Yield();
        }

        await purged;
    }
}
