using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    // Keys that are looked up together; filters are put to them outside of the gate.
    private const int QueryStepCount = 256;

    // Values of sealed deltas are fetched ahead, twice as many each time: a page of few rows wants few.
    private const int AheadCountMin = 4;
    private const int AheadCountMax = 64;

    private const int CacheLineBytes = 64;

    private CompiledFilter? lastFilter;
    private int longestQueryHold;

    /// <summary>The most looks into generations that a query has made under one hold of the gate.</summary>
    internal int LongestQueryHold => Volatile.Read(ref longestQueryHold);

    /// <summary>One bounded turn of a query over live documents in the order of keys, as of one closed moment.</summary>
    public async ValueTask<KvQueryPage> QueryAsync(KvQuery query, CancellationToken cancellationToken)
    {
        var filter = FilterOf(query.Filter);
        var time = await CloseOnceAsync(query.AsOf, cancellationToken).ConfigureAwait(false);
        var keys = new KvListQuery { Prefix = query.Prefix, After = query.After, WithValues = true, Limit = QueryStepCount, AgentCount = query.AgentCount };
        var heritage = HeritageOf(query.MapVersion, time);
        while (true)
        {
            var turn = new KvQueryTurn(query, filter, Encoder.AgentDigest);
            Manifest? view;
            KvGeneration[] resident;
            lock (Gate)
            {
                RequireAlive();
                (view, resident) = (Manifest, [.. memory.Generations]);
            }

            try
            {
                var scan = await KvListScan.OpenAsync(this, keys, view, resident, heritage, cancellationToken).ConfigureAwait(false);
                var next = await ScanAsync(scan, turn, time, cancellationToken).ConfigureAwait(false);
                await RequireKeptAsync(time, cancellationToken).ConfigureAwait(false);
                return turn.ToPage(next, new HybridTimestamp(time));
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    // The key to go on behind; null when every key was seen.
    private async ValueTask<string?> ScanAsync(KvListScan scan, KvQueryTurn turn, ulong time, CancellationToken cancellationToken)
    {
        var step = new QueryCandidate[QueryStepCount];
        var versions = new List<KvKey>();
        var ahead = AheadCountMin;
        while (true)
        {
            var count = 0;
            var isAnySealed = false;
            versions.Clear();
            while (count < step.Length && await scan.MoveNextAsync(new HybridTimestamp(time), cancellationToken).ConfigureAwait(false))
            {
                step[count++] = new QueryCandidate
                {
                    Name = scan.Name,
                    Entry = scan.Entry,
                    IsAsked = scan.IsAsked,
                    After = scan.After,
                    Inherited = scan.Inherited,
                    VersionsFirst = versions.Count,
                    VersionsCount = scan.InMemory.Count,
                };
                isAnySealed |= scan.Entry is not null;
                versions.AddRange(scan.InMemory);
            }

            LookUp(versions, step.AsSpan(0, count), time);
            for (int i = 0, warm = isAnySealed ? 0 : count; i < count; i++)
            {
                if (i == warm)
                {
                    warm = Math.Min(i + ahead, count);
                    await WarmAsync(scan.Heritage, step.AsMemory(i, warm - i), time, cancellationToken).ConfigureAwait(false);
                    ahead = Math.Min(ahead * 2, AheadCountMax);
                }

                await TakeAsync(turn, scan.Heritage, step[i], time, cancellationToken).ConfigureAwait(false);
                if (turn.IsOver)
                {
                    var hasMore = i + 1 < count || (count == step.Length && await scan.MoveNextAsync(new HybridTimestamp(time), cancellationToken).ConfigureAwait(false));
                    return hasMore ? step[i].Name.Text : null;
                }
            }

            if (count < step.Length)
            {
                return null;
            }
        }
    }

    private ValueTask TakeAsync(KvQueryTurn turn, KvHeritage? heritage, in QueryCandidate candidate, ulong time, CancellationToken cancellationToken)
    {
        if (!candidate.IsAsked)
        {
            turn.Look(isSealed: false);
            return default;
        }

        if (SealedOf(heritage, candidate) is { } entry)
        {
            if (IsLive(entry, time))
            {
                return TakeSealedAsync(turn, candidate.Name, entry, cancellationToken);
            }

            turn.Look(isSealed: false);
            return default;
        }

        turn.Look(isSealed: false);
        if (candidate.IsInMemory && IsNewest(heritage, candidate, candidate.Sequence, new HybridTimestamp(candidate.Time)))
        {
            if (candidate.IsLive)
            {
                Take(turn, candidate.Name, candidate.Sequence, candidate.Ordinal, candidate.Time, candidate.Value, candidate.IsEncrypted, candidate.ExpiresAt);
            }
        }
        else if (candidate.Inherited is { IsGone: false, Value.IsEmpty: false } inherited && !IsOver(inherited.ExpiresAt, time))
        {
            turn.Take(inherited);
        }

        return default;
    }

    // What stands in a run counts, and nothing in memory or of another agent.
    private static RunEntry? SealedOf(KvHeritage? heritage, in QueryCandidate candidate) =>
        !candidate.IsInMemory && candidate.Entry is { } entry && IsNewest(heritage, candidate, entry.Sequence, entry.SystemTime) ? entry : null;

    private ValueTask WarmAsync(KvHeritage? heritage, ReadOnlyMemory<QueryCandidate> candidates, ulong time, CancellationToken cancellationToken)
    {
        var sequences = new List<long>(candidates.Length);
        foreach (ref readonly var candidate in candidates.Span)
        {
            if (candidate.IsAsked && SealedOf(heritage, candidate) is { } entry && IsLive(entry, time))
            {
                sequences.Add(entry.Sequence);
            }
        }

        return sequences.Count < 2 ? default : WarmSealedAsync(sequences, cancellationToken);
    }

    private static bool IsNewest(KvHeritage? heritage, in QueryCandidate candidate, long sequence, HybridTimestamp systemTime) =>
        candidate.Inherited is null || sequence > candidate.After || heritage!.RankOf(candidate.Name.Text!, sequence, systemTime) >= candidate.Inherited.SystemTime;

    private async ValueTask TakeSealedAsync(KvQueryTurn turn, KvKeyName key, RunEntry entry, CancellationToken cancellationToken)
    {
        turn.Look(isSealed: true);
        if (turn.Sealed?.Sequence != entry.Sequence)
        {
            turn.Sealed = new KvSealedValues(await ReadSealedAsync(entry.Sequence, cancellationToken).ConfigureAwait(false));
        }

        // Nothing when it was erased.
        if (turn.Sealed.Find(entry.Ordinal) is { Length: > 0 } value)
        {
            Take(turn, key, entry.Sequence, (ushort)entry.Ordinal, entry.SystemTime.Value, turn.Sealed.Read(value), value.IsEncrypted, entry.Expiry);
        }
    }

    private void Take(KvQueryTurn turn, KvKeyName key, long sequence, ushort ordinal, ulong time, ReadOnlyMemory<byte> stored, bool isEncrypted, HybridTimestamp expiresAt)
    {
        // Nothing when its key was destroyed.
        if ((isEncrypted ? Reveal(key.Text!, stored, isEncrypted) : stored) is { IsEmpty: false } value)
        {
            turn.Take(key, sequence, ordinal, time, value, expiresAt);
        }
    }

    // What the filter needs of nodes is taken over under the gate, where they hold still; values stay as they are. A key that
    // has versions in many generations costs a look into each, and it is looks that are counted: the gate is given back after
    // so many of them, in the middle of a key if need be.
    private void LookUp(List<KvKey> versions, Span<QueryCandidate> candidates, ulong time)
    {
        var (next, generation) = (0, 0);
        do
        {
            var looks = 0;
            lock (Gate)
            {
                RequireAlive();
                var durable = Log.DurableThrough;
                var from = next < candidates.Length ? candidates[next].VersionsFirst + generation : versions.Count;
                LoadAhead(CollectionsMarshal.AsSpan(versions).Slice(from, Math.Min(Limits.QueryLooksPerHoldMax, versions.Count - from)));
                while (next < candidates.Length && looks < Limits.QueryLooksPerHoldMax)
                {
                    ref var candidate = ref candidates[next];

                    // Newest generation first.
                    if (generation < candidate.VersionsCount && !candidate.IsInMemory)
                    {
                        looks++;
                        Look(versions[candidate.VersionsFirst + generation++], ref candidate, time, durable);
                    }
                    else
                    {
                        (next, generation) = (next + 1, 0);
                    }
                }
            }

            longestQueryHold = Math.Max(Volatile.Read(ref longestQueryHold), looks);
        }
        while (next < candidates.Length);
        LoadAhead(candidates);
    }

    // What the looks that follow read is likely in no cache, and a processor waits for ten loads as long as for one when
    // nothing stands between them. Not inlined, or nobody would want the sum.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong LoadAhead(ReadOnlySpan<KvKey> versions)
    {
        var sum = 0UL;
        foreach (var version in versions)
        {
            sum += version.Newest.Time;
        }

        return sum;
    }

    // Of values the first lines: the rest the processor fetches by itself.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LoadAhead(ReadOnlySpan<QueryCandidate> candidates)
    {
        var sum = 0;
        foreach (ref readonly var candidate in candidates)
        {
            var value = candidate.Value.Span;
            sum += value.Length > CacheLineBytes ? value[0] + value[CacheLineBytes] : 0;
        }

        return sum;
    }

    private static void Look(KvKey versions, ref QueryCandidate candidate, ulong time, long durable)
    {
        if (versions.Find(time, durable) is not { } node)
        {
            return;
        }

        ref var row = ref node.Row;
        candidate.IsInMemory = true;
        candidate.ExpiresAt = row.Extras < 0 ? default : node.ExpiresAt;
        candidate.IsLive = (row.Flags & (KvNodeFlags.Deleted | KvNodeFlags.Erased)) == 0 && !IsOver(candidate.ExpiresAt, time);
        candidate.Sequence = row.Sequence;
        candidate.Ordinal = row.Ordinal;
        candidate.Time = row.Time;
        candidate.Value = node.Value;
        candidate.IsEncrypted = node.IsEncrypted;
    }

    // All turns of a query come with the same filter, and a pattern takes longer to compile than a turn to run.
    private Filter FilterOf(ReadOnlyMemory<byte> json)
    {
        if (Volatile.Read(ref lastFilter) is { } last && last.Json.AsSpan().SequenceEqual(json.Span))
        {
            return last.Filter;
        }

        var compiled = new CompiledFilter(json.ToArray(), Filter.Parse(json.Span));
        Volatile.Write(ref lastFilter, compiled);
        return compiled.Filter;
    }

    private struct QueryCandidate
    {
        public KvKeyName Name;
        public RunEntry? Entry;
        public KvListEntry? Inherited;
        public long After;
        public ReadOnlyMemory<byte> Value;
        public long Sequence;
        public ulong Time;
        public HybridTimestamp ExpiresAt;
        public int VersionsFirst;
        public int VersionsCount;
        public ushort Ordinal;
        public bool IsAsked;
        public bool IsInMemory;
        public bool IsLive;
        public bool IsEncrypted;
    }

    private sealed record CompiledFilter(byte[] Json, Filter Filter);
}
