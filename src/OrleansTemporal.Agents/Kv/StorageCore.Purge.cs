using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Lineage;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Kv;

/// <content>
/// Removing erased bytes. An erasure is durable first. Then, step by step, by housekeeping: what stands before it and itself
/// are sealed, without the bytes; segments and runs that have them are written anew; the journal's files of until then are
/// deleted. The manifest names the erasures that this is still due for, so a process that dies at any step is followed by
/// one that goes on.
/// </content>
internal sealed partial class StorageCore
{
    // Each takes eight bytes of the manifest's counters.
    private const int ErasuresPendingMax = 4_000;

    private readonly TurnGate marking;
    private readonly List<TaskCompletionSource> purgeWaiters = [];
    private long[] restoring = [];
    private long erasingCount;
    private bool isMarked;
    private (long Mark, long[] Erasures)? scrubbing;

    /// <summary>Completes with true when no erased bytes are on disk any more, with false when this life of the agent ends before.</summary>
    public async ValueTask<bool> WhenPurgedAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (Gate)
        {
            RequireAlive();
            if (erasures.Count == 0)
            {
                return true;
            }

            purgeWaiters.Add(waiter = new TaskCompletionSource());
        }

        await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return false;
    }

    private protected override bool MustSealFrom(long first) => erasures.Count > 0 && erasures.Last >= first;

    private protected override ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> record) => erasures.Strip(record);

    private protected override DeltaAudit BeginAudit() => new KvErasureAudit(erasures);

    private protected override ReadOnlyMemory<byte> FacetStateOf(ReadOnlyMemory<byte> cut, long lastSequence) => WithErasures(cut, erasures.Through(lastSequence));

    private protected override async ValueTask RestoreErasuresAsync(CancellationToken cancellationToken)
    {
        foreach (var sequence in restoring)
        {
            var delta = await ReadSealedAsync(sequence, cancellationToken).ConfigureAwait(false);
            lock (Gate)
            {
                if (delta.Kind == KvKinds.Evict)
                {
                    erasures.Add(sequence, KvErasure.Read(delta.Facet), isEviction: true);
                }
                else
                {
                    Hide(sequence, KvErasure.Read(delta.Facet));
                }
            }
        }

        (isMarked, restoring) = (erasures.Count > 0, []);
    }

    private protected override async ValueTask<bool> PurgeAsync(CancellationToken cancellationToken)
    {
        if (scrubbing is { } begun)
        {
            await PublishEpochAsync(cancellationToken).ConfigureAwait(false);
            return Services.Logs.IsScrubbed(Id, begun.Mark) && await FinishAsync(begun.Erasures, cancellationToken).ConfigureAwait(false);
        }

        var due = Manifest is { } sealedState ? erasures.ErasuresThrough(sealedState.SealedThrough) : [];
        if (due.Length == 0)
        {
            await UnmarkAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }

        var deltas = erasures.DeltasOf(due);
        var segments = await DirtySegmentsAsync(deltas, cancellationToken).ConfigureAwait(false);
        var runs = await DirtyRunsAsync(deltas, cancellationToken).ConfigureAwait(false);
        if (segments.Count > 0 || runs.Count > 0)
        {
            await RewriteAsync(segments, runs, Change, Manifest!.FacetCounters, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // What an earlier try has replaced may be there still.
            await CollectAsync(cancellationToken).ConfigureAwait(false);
        }

        scrubbing = (await Services.Logs.BeginScrubAsync(Id, cancellationToken).ConfigureAwait(false), due);
        return true;
    }

    private async ValueTask<bool> FinishAsync(long[] done, CancellationToken cancellationToken)
    {
        var current = Manifest!;
        var left = erasures.Through(current.SealedThrough).Except(done).ToArray();
        await RewriteAsync(
            new HashSet<SegmentRef>(), new HashSet<RunRef>(), Change, WithErasures(current.FacetCounters, left), cancellationToken).ConfigureAwait(false);
        TaskCompletionSource[] waiters = [];
        lock (Gate)
        {
            erasures.Remove(done);
            scrubbing = null;
            if (erasures.Count == 0)
            {
                waiters = TakeWaiters();
            }
        }

        Release(waiters);
        await UnmarkAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<HashSet<SegmentRef>> DirtySegmentsAsync(long[] deltas, CancellationToken cancellationToken)
    {
        var dirty = new HashSet<SegmentRef>(ReferenceEqualityComparer.Instance);
        foreach (var sequence in deltas)
        {
            if (Manifest!.SegmentOf(sequence) is { } segment && !dirty.Contains(segment))
            {
                var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
                if (erasures.IsDirty(await reader.ReadRecordAsync(sequence, cancellationToken).ConfigureAwait(false)))
                {
                    dirty.Add(segment);
                }
            }
        }

        return dirty;
    }

    private async ValueTask<HashSet<RunRef>> DirtyRunsAsync(long[] deltas, CancellationToken cancellationToken)
    {
        var dirty = new HashSet<RunRef>(ReferenceEqualityComparer.Instance);
        foreach (var run in Manifest!.Runs)
        {
            var first = Array.BinarySearch(deltas, run.FirstSequence);
            first = first < 0 ? ~first : first;
            if (first < deltas.Length && deltas[first] <= run.LastSequence)
            {
                var reader = await Services.Runs.OpenAsync(run, cancellationToken).ConfigureAwait(false);
                if (await RunRewriter.IsNeededAsync(reader, Change, cancellationToken).ConfigureAwait(false))
                {
                    dirty.Add(run);
                }
            }
        }

        return dirty;
    }

    // A reference was read out of the value, so it goes with it; the key stays, or nobody could say that it was erased.
    private RunEntry? Change(ReadOnlySpan<byte> key, RunEntry entry)
    {
        if (!erasures.Holds(entry.Sequence, entry.Ordinal))
        {
            return entry;
        }

        if (key[0] != KvRunKeys.Reserved && entry.Expiry.Value == 0 && erasures.IsEvicted(entry.Sequence, entry.Ordinal))
        {
            // Nobody asks for it any more. One that ended by itself stays, since its end is what history begins with.
            return null;
        }

        return key[0] != KvRunKeys.Reserved ? entry with { Flags = (byte)(entry.Flags | (byte)KvNodeFlags.Erased) }
            : LineageKeys.IsReference(key) ? null
            : entry;
    }

    private static byte[] WithErasures(ReadOnlyMemory<byte> state, long[] pending)
    {
        if (pending.Length == 0)
        {
            return state[..HeadLengthOf(state.Span)].ToArray();
        }

        var head = HeadLengthOf(state.Span);
        var written = new byte[head + (pending.Length * sizeof(long))];
        state.Span[..head].CopyTo(written);
        for (var i = 0; i < pending.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(written.AsSpan(head + (i * sizeof(long))), pending[i]);
        }

        return written;
    }

    private static long[] ErasuresOf(ReadOnlySpan<byte> facetState)
    {
        var head = HeadLengthOf(facetState);
        var pending = new long[Math.Max(0, facetState.Length - head) / sizeof(long)];
        for (var i = 0; i < pending.Length; i++)
        {
            pending[i] = BinaryPrimitives.ReadInt64LittleEndian(facetState[(head + (i * sizeof(long)))..]);
        }

        return pending;
    }

    // The mark tells the next process to open this agent although nobody asks for it. Before the first delta of an erasure.
    private async ValueTask MarkAsync(CancellationToken cancellationToken)
    {
        await marking.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Services.Objects.PutIfMatchAsync(ErasureMarks.PathOf(Id), Encoding.ASCII.GetBytes(Id.ToString()), null, cancellationToken).ConfigureAwait(false);
            isMarked = true;
            Interlocked.Increment(ref erasingCount);
        }
        finally
        {
            marking.Exit();
        }
    }

    private async ValueTask UnmarkAsync(CancellationToken cancellationToken)
    {
        if (!isMarked)
        {
            return;
        }

        await marking.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Interlocked.Read(ref erasingCount) == 0 && erasures.Count == 0)
            {
                await Services.Objects.DeleteAsync(ErasureMarks.PathOf(Id), cancellationToken).ConfigureAwait(false);
                isMarked = false;
            }
        }
        finally
        {
            marking.Exit();
        }
    }

    // Under the gate.
    private TaskCompletionSource[] TakeWaiters()
    {
        TaskCompletionSource[] taken = [.. purgeWaiters];
        purgeWaiters.Clear();
        return taken;
    }

    private void Release(TaskCompletionSource[] waiters)
    {
        foreach (var waiter in waiters)
        {
            Services.Scheduler.Post(static state => ((TaskCompletionSource)state!).TrySetResult(), waiter);
        }
    }
}
