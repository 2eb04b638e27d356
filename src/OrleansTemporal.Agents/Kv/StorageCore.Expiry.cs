using System.Runtime.CompilerServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

/// <content>
/// Values that end. That one is over follows from its write alone; clean-up only writes it down, so that counts and lists
/// need not look at it again. It goes through what ends in the order of time and remembers how far it came.
/// </content>
internal sealed partial class StorageCore
{
    // What is in the gate in one piece stays short.
    private const int CleanedPerDeltaMax = 64;
    private const int CleaningsPerTurnMax = 256;

    private static bool isCleaningCompiled;

    // What ends of the generations that are not sealed, oldest first; the last one is of the active generation.
    private readonly List<KvExpiryList> expiries = [];
    private KvExpiryPlace cleaned = new(HybridTimestamp.Zero, null);

    // No value that is to be cleaned up ends before this; and the earliest end that was added since clean-up last looked.
    private HybridTimestamp nextEnd = HybridTimestamp.MaxValue;
    private HybridTimestamp nextEndAdded = HybridTimestamp.MaxValue;

    /// <summary>How long clean-up holds the gate; for measurements.</summary>
    internal HoldMeter Cleanings => field ??= new HoldMeter(Services.Time);

    /// <inheritdoc/>
    private protected override async ValueTask<bool> CleanUpAsync(CancellationToken cancellationToken)
    {
        HybridTimestamp now;
        lock (Gate)
        {
            if (!IsOverNow(nextEnd))
            {
                return false;
            }

            // Whatever is written from here on ends later than this, so the walk can not miss it.
            now = Services.Clock.Next();
            nextEndAdded = HybridTimestamp.MaxValue;
        }

        CompileCleaning();
        var scan = await OpenExpiriesAsync(cleaned, cancellationToken).ConfigureAwait(false);
        var batch = new List<KvExpiring>(CleanedPerDeltaMax);
        var found = await scan.MoveNextAsync(cancellationToken).ConfigureAwait(false);
        for (var turns = 0; turns < CleaningsPerTurnMax && found && scan.Current.ExpiresAt <= now; turns++)
        {
            batch.Clear();
            while (found && batch.Count < CleanedPerDeltaMax && scan.Current.ExpiresAt <= now)
            {
                batch.Add(scan.Current);
                found = await scan.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            }

            if (!await CleanUpAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        lock (Gate)
        {
            if (!found || scan.Current.ExpiresAt > now)
            {
                cleaned = new KvExpiryPlace(now, null);
            }

            nextEnd = HybridTimestamp.Min(found ? scan.Current.ExpiresAt : HybridTimestamp.MaxValue, nextEndAdded);
            return IsOverNow(nextEnd);
        }
    }

    // What clean-up does under the gate, once for the process: a first clean-up would hold it for the compiler.
    private void CompileCleaning()
    {
        if (!isCleaningCompiled)
        {
            isCleaningCompiled = true;
            CompiledAhead.Prepare(
                typeof(HoldMeter), typeof(KvExpiryWriter), typeof(KvLookup), typeof(KvMemory), typeof(KvIndex), typeof(KvIndex.Table), typeof(KvGeneration), typeof(KvPlace), typeof(KvKey), typeof(KvNode), typeof(KvExtras), typeof(KvCurrent),
                typeof(KvPayloadWriter), typeof(KvFacetWriter), typeof(KvFacetReader), typeof(KvVersionName), typeof(KvVersionNames), typeof(KvVersionBlock), typeof(WriteId));
            CompiledAhead.Prepare((Func<KvExpiryWriter, KvLookups?, KvMissing?>)FindOver);
            CompiledAhead.Prepare((Action<KvExpiryWriter>)Append);
        }
    }

    // False when the log has no room, or slots are on their way: this can wait.
    private async ValueTask<bool> CleanUpAsync(List<KvExpiring> batch, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var (here, left, moved) = Divide(batch);
                await EndElsewhereAsync(Id, left, countsOnly: false, cancellationToken).ConfigureAwait(false);
                if (await EndHereAsync(new KvExpiryWriter(here, Encoder.AgentDigest, Services.Salts), moved, batch[^1].Place, cancellationToken).ConfigureAwait(false) is { } count)
                {
                    return count >= 0;
                }
            }
        }
        catch (TemporalException notYet) when (notYet.Code is ErrorCodes.SlotsMoved or ErrorCodes.JournalFull)
        {
            return false;
        }
    }

    // Writes down which values of a batch are over; what of it was looked at then is done with. Less than 0 when the log has
    // no room, null when slots have moved since the batch was put together.
    private async ValueTask<int?> EndHereAsync(KvExpiryWriter writer, KvTransfers? moved, KvExpiryPlace? place, CancellationToken cancellationToken)
    {
        var bytes = writer.RecordBytesMax + Encoder.GetRecordLength(writer.Empty, 0);
        if (!await TryReserveAsync(bytes, cancellationToken).ConfigureAwait(false))
        {
            return -1;
        }

        var isUsed = false;
        try
        {
            writer.PrepareAll(Encoder.AgentDigest);
            KvLookups? lookups = null;
            for (var missing = Foresee(writer); ;)
            {
                lookups = missing is null ? lookups : await TryLookUpAsync(missing, lookups, cancellationToken).ConfigureAwait(false);

                SpareArrays.Provide();

                // Whoever waits for this processor has it now, and not while the gate is held.
                Thread.Yield();
                lock (Gate)
                {
                    RequireAlive();
                    if (!ReferenceEquals(moved, transfers))
                    {
                        return null;
                    }

                    var hold = Cleanings.Enter();
                    missing = FindOver(writer, lookups);
                    var isKnown = missing is null && (writer.IsPrepared || writer.Count == 0);
                    if (isKnown)
                    {
                        isUsed = writer.Count > 0 && Log.Fault is null;
                        if (isUsed)
                        {
                            Append(writer);
                        }

                        cleaned = place ?? cleaned;
                    }

                    Cleanings.Leave(hold);
                    if (isKnown)
                    {
                        return isUsed ? writer.Count : 0;
                    }
                }

                if (missing is null)
                {
                    writer.Prepare(Encoder.AgentDigest);
                }
            }
        }
        finally
        {
            if (!isUsed)
            {
                Log.Release(bytes);
            }
        }
    }

    // Which keys of a batch are to be looked up, as far as that is seen from outside of the gate; null for none. Those of which
    // it is seen under the gate only are looked up then. Each key is asked for, even where memory has all there is: it is what
    // the gate's holder reads next.
    private KvMissing? Foresee(KvExpiryWriter writer)
    {
        KvMissing missing;
        lock (Gate)
        {
            missing = new KvMissing([], Manifest, ResidentFirst, transfers);
        }

        List<string>? keys = null;
        var isAllInMemory = missing.Before == 1 && missing.Transfers is null;
        for (var i = 0; i < writer.Batch.Count; i++)
        {
            if (!memory.MayHold(writer.LookupOf(i).Hash) && !isAllInMemory)
            {
                (keys ??= []).Add(writer.Batch[i].Key);
            }
        }

        return keys is null ? null : missing with { Keys = keys };
    }

    // Null when a merge took the runs away while they were being read: the next look is at the new ones.
    private async ValueTask<KvLookups?> TryLookUpAsync(KvMissing missing, KvLookups? known, CancellationToken cancellationToken)
    {
        try
        {
            return await LookUpAsync(missing, known, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException replaced) when (IsReplaced(replaced, missing.Sealed))
        {
            return null;
        }
    }

    // Under the gate. Chooses those of a batch that are still the newest of their keys; or says which keys to look up. Compiled
    // to the end at once: whoever runs a loop that is not waits for the compiler when it turns out to be a long one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private KvMissing? FindOver(KvExpiryWriter writer, KvLookups? lookups)
    {
        List<string>? missing = null;
        writer.Clear();
        for (var i = 0; i < writer.Batch.Count; i++)
        {
            if (IsStillNewest(writer.Batch[i], writer.Digest, writer.LookupOf(i), lookups) is not { } isNewest)
            {
                (missing ??= []).Add(writer.Batch[i].Key);
            }
            else if (isNewest)
            {
                writer.Choose(i);
            }
        }

        return missing is null ? null : new KvMissing(missing, Manifest, ResidentFirst, transfers);
    }

    // Under the gate. Whether a value is still the newest version of its key and counts; null when that is to be looked up.
    // A part of its caller, which is compiled ahead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool? IsStillNewest(in KvExpiring end, uint digest, in KvLookup lookup, KvLookups? lookups)
    {
        if (transfers is null && digest == Encoder.AgentDigest && memory.Find(lookup) is { } key)
        {
            ref var newest = ref key.Newest.Row;
            return newest.Sequence == end.Sequence && newest.Ordinal == end.Ordinal && (newest.Flags & KvNodeFlags.Deleted) == 0;
        }

        return !TryFindCurrent(end.Key, lookup, lookups, out var current) ? null
            : current.IsCounted && (current.AgentDigest ?? Encoder.AgentDigest) == digest && current.Sequence == end.Sequence && current.Ordinal == end.Ordinal;
    }

    // Under the gate.
    private void Append(KvExpiryWriter writer)
    {
        ending = writer;
        try
        {
            Append(writer.Prepared, writer.Facet, Services.Clock.Next());
        }
        finally
        {
            ending = null;
        }
    }

    // Never waits: it is housekeeping that makes room in the log, and this is a part of housekeeping. A log that takes
    // nothing more is no failure of it either: whoever reads finds the value over without it.
    private async ValueTask<bool> TryReserveAsync(int bytes, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var room = Log.ReserveAsync(bytes, giveUp.Token);
        if (!room.IsCompleted)
        {
            giveUp.Cancel();
        }

        try
        {
            await room.ConfigureAwait(false);
            return true;
        }
        catch (Exception refusal) when (
            refusal is TemporalException { Kind: ErrorKind.Throttled or ErrorKind.Unavailable } || (refusal is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Opens a walk over everything that ends behind a place, as it stands now.</summary>
    private async ValueTask<KvExpiryScan> OpenExpiriesAsync(KvExpiryPlace after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Manifest? view;
            KvExpiryList[] lists;
            lock (Gate)
            {
                RequireAlive();
                (view, lists) = (Manifest, [.. expiries]);
            }

            var sorted = Array.ConvertAll(lists, list => list.Sorted(Gate));
            try
            {
                var runs = HasExpiries(view) ? (await RunsOfAsync(view!, cancellationToken).ConfigureAwait(false)).OpenCursor(KvExpiryKeys.Prefix) : null;
                return await KvExpiryScan.OpenAsync(sorted, runs, after, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private static bool HasExpiries(Manifest? view) => view is not null && view.Runs.Any(static run => KvExpiryKeys.Holds(run.LastKey.Span));

    // Under the gate.
    private void Expect(in KvExpiring expiring)
    {
        expiries[^1].Add(expiring);
        nextEnd = HybridTimestamp.Min(nextEnd, expiring.ExpiresAt);
        nextEndAdded = HybridTimestamp.Min(nextEndAdded, expiring.ExpiresAt);
    }

    private void RestoreExpiries(ulong cleanedThrough, Manifest manifest)
    {
        cleaned = new KvExpiryPlace(new HybridTimestamp(cleanedThrough), null);
        nextEnd = HasExpiries(manifest) ? HybridTimestamp.Zero : HybridTimestamp.MaxValue;
        expiries.Clear();
        expiries.Add(new KvExpiryList(manifest.SealedThrough + 1));
    }

    // Under the gate. Returns how far clean-up has come by the deltas up to here.
    private ulong CutExpiries(long lastSequence)
    {
        expiries[^1].LastSequence = lastSequence;
        expiries.Add(new KvExpiryList(lastSequence + 1));

        // Not beyond the newest delta: before that no later one can be written, whatever the clock says after a restart.
        var through = cleaned.Key is null || cleaned.ExpiresAt.Value == 0 ? cleaned.ExpiresAt.Value : cleaned.ExpiresAt.Value - 1;
        return Math.Min(through, SystemTime.Value);
    }

    private KvExpiring[] ExpiriesOf(long firstSequence)
    {
        KvExpiryList list;
        lock (Gate)
        {
            list = expiries.Find(candidate => candidate.FirstSequence == firstSequence) ?? throw Corrupt($"the generation from delta {firstSequence} on has no expiries");
        }

        return list.Sorted(Gate);
    }

    // Under the gate. What is sealed is found in runs.
    private void ForgetSealedExpiries(Manifest newest) => expiries.RemoveAll(list => list.LastSequence <= newest.SealedThrough);
}
