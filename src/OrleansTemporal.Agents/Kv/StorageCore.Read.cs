using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    // More than once only when a key is written and erased again meanwhile.
    private const int ErasedReadsMax = 3;

    // Every moment up to here has been closed before.
    private ulong closedThrough;

    /// <summary>The newest durable version from memory alone; false when runs have to be asked, or the moment closed.</summary>
    public bool TryGetLatest(string key, out KvReadResult result)
    {
        Span<byte> utf8 = key.Length <= KvLookup.ShortCharsMax ? stackalloc byte[KvLookup.ShortBytesMax] : new byte[KvLookup.BytesMax];
        if (!KvLookup.TryEncode(key, utf8, out var lookup))
        {
            result = default;
            return false;
        }

        var isKnown = TryGetLatest(key, lookup, out result);
        if (isKnown)
        {
            result = Reveal(result);
        }

        return isKnown;
    }

    private bool TryGetLatest(string key, in KvLookup lookup, out KvReadResult result)
    {
        lock (Gate)
        {
            if (HasMoved(lookup))
            {
                result = default;
                return false;
            }

            if (!TryGetFromMemory(key, lookup, ulong.MaxValue, Log.DurableThrough, out result) || result.IsErased)
            {
                return false;
            }

            if (result.Version?.ExpiresAt is not { } end || !IsOverNow(end))
            {
                return true;
            }

            // What is closed has all its deltas durable, so nothing can have replaced the value before its end.
            result = new KvReadResult(null, false, new HybridTimestamp(closedThrough));
            return end.Value <= closedThrough;
        }
    }

    /// <summary>The newest state of one key by the clock: a value that is over is none, and stays none.</summary>
    public async ValueTask<KvReadResult> GetLatestAsync(string key, CancellationToken cancellationToken)
    {
        var result = await GetAsync(key, ulong.MaxValue, cancellationToken).ConfigureAwait(false);
        for (var again = 0; result.IsErased && again < ErasedReadsMax; again++)
        {
            // With its erasure, which is durable now, comes the tombstone behind it; a data key that was destroyed has none.
            result = await GetAsync(key, ulong.MaxValue, cancellationToken).ConfigureAwait(false);
        }

        return result.Version?.ExpiresAt is { } end && IsOverNow(end)
            ? await GetAsync(key, await CloseAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            : result;
    }

    /// <summary>One key as of an instant that is closed already, from memory alone; false when more has to be done.</summary>
    public bool TryGetAsOf(string key, HybridTimestamp instant, out KvReadResult result)
    {
        Span<byte> utf8 = key.Length <= KvLookup.ShortCharsMax ? stackalloc byte[KvLookup.ShortBytesMax] : new byte[KvLookup.BytesMax];
        if (!KvLookup.TryEncode(key, utf8, out var lookup))
        {
            result = default;
            return false;
        }

        var isKnown = TryGetAsOf(key, lookup, instant, out result);
        if (isKnown)
        {
            result = Reveal(result);
        }

        return isKnown;
    }

    private bool TryGetAsOf(string key, in KvLookup lookup, HybridTimestamp instant, out KvReadResult result)
    {
        lock (Gate)
        {
            // When nothing is staged, every delta up to the newest one's time is durable, and none can come before it.
            var durable = Log.DurableThrough;
            if (!HasMoved(lookup) && instant.Value >= keptFrom && (instant.Value <= closedThrough || (durable >= Sequence && instant <= SystemTime)))
            {
                return TryGetFromMemory(key, lookup, instant.Value, durable, out result) && !(result.IsErased && durable < Sequence);
            }
        }

        result = default;
        return false;
    }

    /// <summary>One key as of a moment that <see cref="CloseAsync"/> has closed.</summary>
    public async ValueTask<KvReadResult> GetAsync(string key, ulong time, CancellationToken cancellationToken)
    {
        while (true)
        {
            Manifest? view;
            long before;
            if (TryGetFromMemory(key, time, out var result, out view, out before))
            {
                result = Reveal(result);
                return result.IsErased ? await WhenErasedAsync(result, cancellationToken).ConfigureAwait(false) : result;
            }

            try
            {
                var sealedResult = Reveal(await GetFromRunsAsync(view, key, time, before, cancellationToken).ConfigureAwait(false));
                return sealedResult.IsErased ? await WhenErasedAsync(sealedResult, cancellationToken).ConfigureAwait(false) : sealedResult;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                // A merge took the objects away while they were being read; the new view has the same answer.
                continue;
            }
        }
    }

    // A value is hidden when its erasure is staged. That it is erased may be said when that can not vanish any more.
    private async ValueTask<T> WhenErasedAsync<T>(T answer, CancellationToken cancellationToken)
    {
        long mark;
        lock (Gate)
        {
            RequireAlive();
            mark = Sequence;
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return answer;
    }

    /// <summary>
    /// Closes a moment: no later delta gets a system time at or before it, here or after a restart, and every delta up to
    /// it is durable. Returns the moment as a time.
    /// </summary>
    public async ValueTask<ulong> CloseAsync(AsOf asOf, CancellationToken cancellationToken)
    {
        if (asOf.Sequence is { } sequence)
        {
            return (await TimeOfAsync(sequence, cancellationToken).ConfigureAwait(false)).Value;
        }

        var instant = asOf.SystemTime ?? Services.Clock.Next();
        await CloseMomentAsync(instant, cancellationToken).ConfigureAwait(false);
        return instant.Value;
    }

    private async ValueTask CloseMomentAsync(HybridTimestamp instant, CancellationToken cancellationToken)
    {
        await CloseAsync(instant, cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            closedThrough = Math.Max(closedThrough, instant.Value);
        }
    }

    private bool TryGetFromMemory(string key, ulong time, out KvReadResult result, out Manifest? view, out long before)
    {
        Span<byte> utf8 = key.Length <= KvLookup.ShortCharsMax ? stackalloc byte[KvLookup.ShortBytesMax] : new byte[KvLookup.BytesMax];
        if (!KvLookup.TryEncode(key, utf8, out var lookup))
        {
            throw new ArgumentException("A key is validated before it is looked for.", nameof(key));
        }

        lock (Gate)
        {
            (view, before) = (Manifest, ResidentFirst);
            return TryGetFromMemory(key, lookup, time, Log.DurableThrough, out result);
        }
    }

    private bool IsOverNow(HybridTimestamp end) =>
        end <= HybridTimestamp.Max(Services.Clock.Last, HybridTimestamp.FromMilliseconds(Services.Clock.NowMilliseconds));

    // Under the gate. True when memory decides.
    private bool TryGetFromMemory(string key, in KvLookup lookup, ulong time, long durable, out KvReadResult result)
    {
        RequireAlive();
        var existsLater = false;
        for (var found = memory.Find(lookup); found is { } versions; found = memory.Earlier(versions))
        {
            if (versions.Find(time, durable) is { } node)
            {
                var moment = new HybridTimestamp(time == ulong.MaxValue ? node.Time : time);
                var isOver = node.IsDeleted || IsOver(node.ExpiresAt, time);
                result = new KvReadResult(isOver || node.IsErased ? null : node.ToVersion(key, Encoder.AgentDigest), false, moment) { IsErased = node.IsErased && !isOver };
                return true;
            }

            existsLater |= versions.Oldest.Sequence <= durable;
        }

        // What is only in memory and not durable yet does not exist for a reader.
        result = new KvReadResult(null, existsLater, new HybridTimestamp(time == ulong.MaxValue ? SystemTime.Value : time));
        return ResidentFirst == 1;
    }

    private async ValueTask<HybridTimestamp> TimeOfAsync(long sequence, CancellationToken cancellationToken)
    {
        var page = await ReadDeltasAsync(sequence - 1, 1, cancellationToken).ConfigureAwait(false);
        return page.Records.IsEmpty
            ? throw new TemporalException(ErrorKind.Invalid, ErrorCodes.AsOfInFuture, $"{Id} has no delta {sequence} yet.") { Field = "asOf" }
            : DeltaRecord.Read(page.Records[0]).SystemTime;
    }
}
