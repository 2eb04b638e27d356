using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    // Of the header's facet field, with room for the entries of the tombstones.
    private const int ErasedKeysMax = 2_000;
    private const int ErasureBytesMax = 180_000;
    private const int ErasureAttemptsMax = 1_000;

    // One page of keys is looked through at once.
    private const int ErasurePageKeys = 500;

    // What was erased in an earlier life of the agent is not known by itself, so this begins where the agent opens.
    private long erasedThrough;

    private readonly KvPendingErasures erasures = new();
    private readonly TurnGate erasing;

    /// <summary>Erases what a request names, in as many deltas as it takes; the last one carries its idempotency key.</summary>
    public async ValueTask<KvEraseResult> EraseAsync(KvErase request, CancellationToken cancellationToken)
    {
        await erasing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await FindEarlierAsync(request, cancellationToken).ConfigureAwait(false) is { } earlier)
            {
                return earlier;
            }

            await MarkAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await EraseAllAsync(request, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Interlocked.Decrement(ref erasingCount);
            }
        }
        finally
        {
            erasing.Exit();
        }
    }

    private async ValueTask<KvEraseResult?> FindEarlierAsync(KvErase request, CancellationToken cancellationToken)
    {
        OperationEntry? earlier;
        lock (Gate)
        {
            RequireAlive();
            earlier = FindOperation(request.Operation);
        }

        if (earlier is null)
        {
            return null;
        }

        await Log.WhenDurableAsync(earlier.Sequence, cancellationToken).ConfigureAwait(false);
        var delta = await ReadDeltaAsync(earlier.Sequence, cancellationToken).ConfigureAwait(false);
        var erasure = KvErasure.Read(delta.Facet);
        return new KvEraseResult
        {
            Receipts = [new Receipt { Agent = Id, Sequence = earlier.Sequence, SystemTime = earlier.SystemTime, Root = earlier.Root, Durability = Durability.Durable }],
            KeyCount = OutcomesOf(delta).Length,
            VersionCount = erasure.Deltas.Sum(static erased => erased.Ordinals.Length),
            KeyExists = true,
        };
    }

    private async ValueTask<KvEraseResult> EraseAllAsync(KvErase request, CancellationToken cancellationToken)
    {
        var progress = new EraseProgress();

        // What was staged before counts: it may stand under a data key that was retired for this and is destroyed behind it.
        await WhenStagedIsDurableAsync(cancellationToken).ConfigureAwait(false);
        if (request.Key is { } key)
        {
            await ErasePageAsync(request, [key], isLast: true, progress, cancellationToken).ConfigureAwait(false);
            return progress.ToResult();
        }

        var page = await NextErasableAsync(request.Prefix, null, progress, cancellationToken).ConfigureAwait(false);
        while (page.Count > 0)
        {
            // Whether it is the last one has to be known before, since that one says that all is done.
            var next = await NextErasableAsync(request.Prefix, page[^1], progress, cancellationToken).ConfigureAwait(false);
            await ErasePageAsync(request, page, next.Count == 0, progress, cancellationToken).ConfigureAwait(false);
            page = next;
        }

        return progress.ToResult();
    }

    // The next keys of which something can be erased.
    private async ValueTask<List<string>> NextErasableAsync(string prefix, string? after, EraseProgress progress, CancellationToken cancellationToken)
    {
        var erasable = new List<string>();
        while (erasable.Count == 0)
        {
            var keys = await NextKeysAsync(prefix, after, cancellationToken).ConfigureAwait(false);
            if (keys.Count == 0)
            {
                break;
            }

            after = keys[^1];
            progress.KeyExists = true;
            foreach (var key in keys)
            {
                if ((await FindErasableAsync(key, cancellationToken).ConfigureAwait(false)).Versions.Count > 0)
                {
                    erasable.Add(key);
                }
            }
        }

        return erasable;
    }

    // Keys in order, live or not.
    private async ValueTask<List<string>> NextKeysAsync(string prefix, string? after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Manifest? view;
            KvGeneration[] resident;
            lock (Gate)
            {
                RequireAlive();
                (view, resident) = (Manifest, [.. memory.Generations]);
            }

            try
            {
                var query = new KvListQuery { Prefix = prefix, After = after };
                var scan = await KvListScan.OpenAsync(this, query, view, resident, null, cancellationToken).ConfigureAwait(false);
                var keys = new List<string>(ErasurePageKeys);
                while (keys.Count < ErasurePageKeys && await scan.MoveNextAsync(HybridTimestamp.MaxValue, cancellationToken).ConfigureAwait(false))
                {
                    keys.Add(scan.Current);
                }

                return keys;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private async ValueTask ErasePageAsync(KvErase request, List<string> keys, bool isLast, EraseProgress progress, CancellationToken cancellationToken)
    {
        var keyCountMax = ErasedKeysMax;
        for (var attempt = 1; keys.Count > 0; attempt++)
        {
            if (erasures.Count >= ErasuresPendingMax)
            {
                throw new TemporalException(ErrorKind.Throttled, ErrorCodes.ErasuresPending, $"{erasures.Count} erasures of {Id} wait for their bytes to be removed.")
                {
                    Limit = ErasuresPendingMax,
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }

            var moved = Volatile.Read(ref transfers);
            var (chosen, erasure, left) = await ChooseAsync(keys, keyCountMax, progress, cancellationToken).ConfigureAwait(false);
            if (chosen.Count == 0)
            {
                keys = left;
                continue;
            }

            var stamp = isLast && left.Count == 0 ? request.Operation : null;
            var draft = KvErasureDraft.Prepare(request, stamp, chosen, erasure, moved, Services.Salts);
            if (await TryStageAsync(draft, cancellationToken).ConfigureAwait(false) is { } receipt)
            {
                progress.Add(receipt, draft);
                keys = left;
                attempt = 0;
            }
            else if (attempt >= ErasureAttemptsMax)
            {
                throw new TemporalException(ErrorKind.Throttled, ErrorCodes.TooBusy, $"'{chosen[0].Key}' is written too often to be erased now.") { RetryAfter = TimeSpan.FromSeconds(1) };
            }
            else
            {
                // Somebody wrote one of the keys meanwhile. Fewer at once meet fewer writers.
                keyCountMax = Math.Max(1, keyCountMax / 4);
            }
        }
    }

    // What the next delta erases, and the keys that remain behind it.
    private async ValueTask<(List<KvErasable> Chosen, KvErasure Erasure, List<string> Left)> ChooseAsync(
        List<string> keys, int keyCountMax, EraseProgress progress, CancellationToken cancellationToken)
    {
        // What is erased must be readable, since something may be left of it.
        await WhenStagedIsDurableAsync(cancellationToken).ConfigureAwait(false);
        var chosen = new List<KvErasable>();
        var left = new List<string>();
        var bytes = KvErasure.FixedBytesMax;
        foreach (var key in keys)
        {
            if (chosen.Count >= keyCountMax || bytes >= ErasureBytesMax)
            {
                left.Add(key);
                continue;
            }

            var found = await FindErasableAsync(key, cancellationToken).ConfigureAwait(false);
            progress.KeyExists |= found.Top.Sequence > 0;
            var room = (ErasureBytesMax - bytes) / KvErasure.GetBytesMax(1) + 1;
            if (found.Versions.Count > room)
            {
                found.Versions.RemoveRange(room, found.Versions.Count - room);
                left.Add(key);
            }

            if (found.Versions.Count > 0)
            {
                bytes += found.Versions.Count * KvErasure.GetBytesMax(1);
                chosen.Add(await WithInheritedAsync(found, cancellationToken).ConfigureAwait(false));
            }
        }

        return (chosen, await MakeAsync(chosen, cancellationToken).ConfigureAwait(false), left);
    }

    private ValueTask WhenStagedIsDurableAsync(CancellationToken cancellationToken)
    {
        long mark;
        lock (Gate)
        {
            RequireAlive();
            mark = Sequence;
        }

        return Log.WhenDurableAsync(mark, cancellationToken);
    }

    // A key that came here, or came back, and was not written since is still what it was elsewhere.
    private async ValueTask<KvErasable> WithInheritedAsync(KvErasable found, CancellationToken cancellationToken) =>
        Volatile.Read(ref transfers)?.Now(SlotHash.Of(found.Key)) is { IsElsewhere: false, From: { } from } && found.Top.Sequence <= from.Sequence
            ? found with { Inherited = await FindInheritedAsync(found.Key, from, cancellationToken).ConfigureAwait(false) }
            : found;

    // The versions of a key that are durable and not erased, oldest first.
    private async ValueTask<KvErasable> FindErasableAsync(string key, CancellationToken cancellationToken)
    {
        var utf8 = Encoding.UTF8.GetBytes(key);
        while (true)
        {
            var (view, before, found) = FindErasableInMemory(key, utf8);
            if (view is null || before == 1)
            {
                found.Versions.Reverse();
                return found;
            }

            try
            {
                var runs = await RunsOfAsync(view, cancellationToken).ConfigureAwait(false);
                await foreach (var entry in runs.HistoryAsync(utf8, KeyHash.Of(utf8), RunBound.After(before - 1), newestFirst: true, cancellationToken).ConfigureAwait(false))
                {
                    found = found.Top.Sequence > 0 ? found : found with { Top = (entry.Sequence, entry.Ordinal) };
                    if (found.Newest.Sequence == 0)
                    {
                        found = found with { Newest = IsExpired(entry) ? await CurrentOfAsync(key, entry, cancellationToken).ConfigureAwait(false) : CurrentOf(entry) };
                    }

                    if (!IsDeleted(entry) && !IsErased(entry))
                    {
                        found.Versions.Add((entry.Sequence, entry.Ordinal));
                    }
                }

                found.Versions.Reverse();
                return found;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private (Manifest? View, long Before, KvErasable Found) FindErasableInMemory(string key, byte[] utf8)
    {
        lock (Gate)
        {
            RequireAlive();
            var durable = Log.DurableThrough;
            var found = new KvErasable(key, default, default, durable, []);
            for (var next = memory.Find(new KvLookup(utf8)); next is { } known; next = memory.Earlier(known))
            {
                for (var i = known.LowerBound(durable + 1, 0) - 1; i >= 0; i--)
                {
                    var node = known[i];
                    found = found.Top.Sequence > 0 ? found : found with { Newest = CurrentOf(node), Top = (node.Sequence, node.Ordinal) };
                    if (!node.IsDeleted && !node.IsErased)
                    {
                        found.Versions.Add((node.Sequence, node.Ordinal));
                    }
                }
            }

            return (Manifest, ResidentFirst, found);
        }
    }

    private KvCurrent CurrentOf(in KvNode node) => node.IsExpired
        ? EndedOf(node.Row.PreviousDigest, node.Row.PreviousSequence, node.Row.PreviousOrdinal)
        : new KvCurrent(node.Sequence, node.Ordinal, !node.IsDeleted && !node.IsErased, node.ExpiresAt);

    private KvCurrent CurrentOf(in RunEntry entry) => new(entry.Sequence, entry.Ordinal, !IsDeleted(entry) && !IsErased(entry), entry.Expiry);

    // Commits to what is left of each delta.
    private async ValueTask<KvErasure> MakeAsync(List<KvErasable> keys, CancellationToken cancellationToken)
    {
        var nonce = new byte[KvErasure.NonceBytes];
        Services.Salts.Fill(nonce);
        var deltas = ImmutableArray.CreateBuilder<KvErasedDelta>();
        var bytes = 0L;
        foreach (var part in keys.SelectMany(static key => key.Versions).GroupBy(static version => version.Sequence).OrderBy(static part => part.Key))
        {
            ushort[] ordinals = [.. part.Select(static version => version.Ordinal).Order()];
            var record = DeltaRecord.Read(Strip(await ReadStoredAsync(part.Key, cancellationToken).ConfigureAwait(false)));
            bytes += ValueBytesOf(record, ordinals);
            var remains = DeltaRecord.Read(KvRemains.Of(record, ordinals, nonce));
            deltas.Add(new KvErasedDelta(part.Key, [.. ordinals], remains.HasPayload ? remains.CommitmentOfPayload() : null));
        }

        return new KvErasure { Nonce = nonce, ValueBytes = bytes, Deltas = deltas.DrainToImmutable() };
    }

    private static long ValueBytesOf(in DeltaRecord record, ReadOnlySpan<ushort> ordinals)
    {
        var bytes = 0L;
        if (record.HasPayload)
        {
            foreach (var operation in new KvPayloadReader(record.Payload.Span))
            {
                bytes += ordinals.BinarySearch(operation.Ordinal) >= 0 ? operation.PlainLength : 0;
            }
        }

        return bytes;
    }

    // Null when one of the keys has a newer version than the erasure knows of.
    private async ValueTask<Receipt?> TryStageAsync(KvErasureDraft draft, CancellationToken cancellationToken)
    {
        var section = new ArrayBufferWriter<byte>(4_096);
        draft.Erasure.Write(section);
        var facet = new byte[(draft.Keys.Count * KvFacetWriter.OperationBytesMax) + section.WrittenCount];
        var bytes = Encoder.GetRecordLength(draft.Delta.Draft, facet.Length);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        Receipt? receipt;
        try
        {
            lock (Gate)
            {
                receipt = TryStage(draft, section.WrittenSpan, facet);
            }
        }
        catch
        {
            Log.Release(bytes);
            throw;
        }

        if (receipt is null)
        {
            Log.Release(bytes);
            return null;
        }

        await Log.WhenDurableAsync(receipt.Sequence, cancellationToken).ConfigureAwait(false);
        return receipt;
    }

    // Under the gate.
    private Receipt? TryStage(KvErasureDraft draft, ReadOnlySpan<byte> section, Span<byte> facet)
    {
        RequireAlive();
        RequireLog();

        // Whoever has such a key now must have its tombstone before the value goes, and only the caller can see to that.
        if (draft.MapVersion > 0 && transfers is { } moved && draft.Keys.Any(key => moved.HasLeftSince(SlotHash.Of(key.Key), draft.MapVersion)))
        {
            throw Moved();
        }

        if (!ReferenceEquals(draft.Moved, transfers) || !draft.Keys.All(IsStillNewest))
        {
            return null;
        }

        var time = Services.Clock.Next();
        var entries = new KvFacetWriter(facet, Encoder.AgentDigest);
        foreach (var key in draft.Keys)
        {
            var current = (key.Inherited ?? key.Newest).At(time);
            var counts = key.Inherited is not null || CountsHere(key.Key, current.Sequence);
            entries.Add(counts && current.IsLive, current.WriteId(Encoder.AgentDigest, 0), wasOverdue: counts && current.IsOverdue);
        }

        section.CopyTo(facet[entries.Length..]);
        return Stage(draft.Delta, facet[..(entries.Length + section.Length)], Durability.Durable, time);
    }

    // Under the gate.
    private void RequireLog()
    {
        if (Log.Fault is not null)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{Id} is recovering from a storage failure.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    // Under the gate.
    private bool IsStillNewest(KvErasable key)
    {
        if (memory.Find(new KvLookup(Encoding.UTF8.GetBytes(key.Key))) is not { } found)
        {
            // Whatever was written since would be in memory, if that reaches back so far.
            return ResidentFirst <= key.LookedUpThrough + 1;
        }

        var newest = found.Newest;
        return (newest.Sequence, newest.Ordinal) == key.Top;
    }

    // The same code for a live erasure and for replay. Under the gate.
    private void ApplyErasure(in AppliedDelta delta)
    {
        var erasure = KvErasure.Read(delta.Facet);
        valueBytes -= erasure.ValueBytes;
        memory.Erase(erasure);
        Hide(delta.Sequence, erasure);
    }

    private protected override long ErasedThrough => erasedThrough;

    private protected override ValueTask RestoreDerivedAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            erasedThrough = Sequence;
        }

        return default;
    }

    // Under the gate.
    private void Hide(long sequence, KvErasure erasure)
    {
        erasedThrough = sequence;
        erasures.Add(sequence, erasure);
        EraseOperations(erasure.Deltas.Select(static delta => delta.Sequence).ToHashSet());
    }

    private bool IsErased(in RunEntry entry) => ((KvNodeFlags)entry.Flags & KvNodeFlags.Erased) != 0 || erasures.Holds(entry.Sequence, entry.Ordinal);

    private sealed class EraseProgress
    {
        private readonly ImmutableArray<Receipt>.Builder receipts = ImmutableArray.CreateBuilder<Receipt>();
        private readonly HashSet<string> keys = new(StringComparer.Ordinal);
        private long versionCount;

        public bool KeyExists { get; set; }

        public void Add(Receipt receipt, KvErasureDraft draft)
        {
            receipts.Add(receipt);
            keys.UnionWith(draft.Keys.Select(static key => key.Key));
            versionCount += draft.VersionCount;
        }

        public KvEraseResult ToResult() => new()
        {
            Receipts = receipts.DrainToImmutable(),
            KeyCount = keys.Count,
            VersionCount = versionCount,
            KeyExists = KeyExists,
        };
    }
}
