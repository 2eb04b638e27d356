using System.Text;
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

    /// <summary>The longest time that clean-up has held the gate, pauses of the collector taken off: they stop everybody anyway.</summary>
    internal TimeSpan LongestCleaning { get; private set; }

    /// <summary>How much of the processor the present thread has had, for who measures: what the gate is held for, whatever runs instead.</summary>
    internal Func<TimeSpan>? ProcessorTime { get; set; }

    /// <summary>The longest that clean-up has had the processor under one hold of the gate, by <see cref="ProcessorTime"/>.</summary>
    internal TimeSpan LongestCleaningProcessor { get; private set; }

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
                typeof(KvExpiryWriter), typeof(KvLookup), typeof(KvMemory), typeof(KvGeneration), typeof(KvPlace), typeof(KvKey), typeof(KvNode), typeof(KvExtras), typeof(KvCurrent),
                typeof(KvPayloadWriter), typeof(KvFacetWriter), typeof(KvFacetReader), typeof(KvVersionName), typeof(KvVersionNames), typeof(KvVersionBlock), typeof(WriteId));
            CompiledAhead.Prepare((Func<KvExpiryWriter, KvLookups?, KvMissing?>)FindOver, (Action<long, TimeSpan, TimeSpan>)NoteCleaning);
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
        KvLookups? lookups = null;
        var bytes = writer.RecordBytesMax + Encoder.GetRecordLength(writer.Empty, 0);
        if (!await TryReserveAsync(bytes, cancellationToken).ConfigureAwait(false))
        {
            return -1;
        }

        var isUsed = false;
        try
        {
            writer.PrepareAll(Encoder.AgentDigest);
            while (true)
            {
                // Whoever waits for this processor has it now, and not while the gate is held.
                Thread.Yield();
                KvMissing? missing;
                lock (Gate)
                {
                    RequireAlive();
                    if (!ReferenceEquals(moved, transfers))
                    {
                        return null;
                    }

                    var entered = Services.Time.GetTimestamp();
                    var paused = GC.GetTotalPauseDuration();
                    var worked = ProcessorTime?.Invoke() ?? TimeSpan.Zero;
                    missing = FindOver(writer, lookups);
                    var isKnown = missing is null && (writer.IsPrepared || writer.Count == 0);
                    if (isKnown)
                    {
                        isUsed = writer.Count > 0 && Log.Fault is null;
                        if (isUsed)
                        {
                            Stage(writer.Prepared, writer.Facet, Durability.Durable);
                        }

                        cleaned = place ?? cleaned;
                    }

                    NoteCleaning(entered, worked, GC.GetTotalPauseDuration() - paused);
                    if (isKnown)
                    {
                        return isUsed ? writer.Count : 0;
                    }
                }

                if (missing is null)
                {
                    writer.Prepare(Encoder.AgentDigest);
                    continue;
                }

                try
                {
                    lookups = await LookUpAsync(missing, cancellationToken).ConfigureAwait(false);
                }
                catch (TemporalException replaced) when (IsReplaced(replaced, missing.Sealed))
                {
                    // A merge took the runs away while they were being read; the next look is at the new ones.
                    continue;
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

    // A thread that collects does so for all of them, and is charged for it.
    private void NoteCleaning(long entered, TimeSpan workedBefore, TimeSpan paused)
    {
        var held = Services.Time.GetElapsedTime(entered) - paused;
        LongestCleaning = held > LongestCleaning ? held : LongestCleaning;
        if (ProcessorTime is not null && paused == TimeSpan.Zero)
        {
            var worked = ProcessorTime() - workedBefore;
            LongestCleaningProcessor = worked > LongestCleaningProcessor ? worked : LongestCleaningProcessor;
        }
    }

    // Under the gate. Chooses those of a batch that are still the newest of their keys; or says which keys to look up.
    private KvMissing? FindOver(KvExpiryWriter writer, KvLookups? lookups)
    {
        List<string>? missing = null;
        writer.Clear();
        Span<byte> utf8 = stackalloc byte[KvLookup.BytesMax];
        for (var i = 0; i < writer.Batch.Count; i++)
        {
            var end = writer.Batch[i];
            var lookup = new KvLookup(utf8[..Encoding.UTF8.GetBytes(end.Key, utf8)]);
            if (!TryFindCurrent(end.Key, lookup, lookups, out var current))
            {
                (missing ??= []).Add(end.Key);
            }
            else if (current.IsCounted && (current.AgentDigest ?? Encoder.AgentDigest) == writer.Digest && current.Sequence == end.Sequence && current.Ordinal == end.Ordinal)
            {
                writer.Choose(i);
            }
        }

        return missing is null ? null : new KvMissing(missing, Manifest, ResidentFirst, transfers);
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
