using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <content>Reading records back, and letting go of what is in segments.</content>
internal sealed partial class AzureCausalLog
{
    private readonly Queue<string> removing = new();
    private ulong publishedEpoch;
    private ulong scrubBelow;
    private bool isRemoving;

    public async ValueTask<LogPage> ReadAsync(long afterSequence, int bytesMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        cancellationToken.ThrowIfCancellationRequested();
        var (run, hasMore) = Find(afterSequence, bytesMax);
        if (run.Count == 0)
        {
            return new LogPage([], false);
        }

        var (blob, offset) = (run[0].Blob, run[0].Offset);
        var bytes = GC.AllocateUninitializedArray<byte>((int)(run[^1].End - offset));
        BlobPiece piece;
        try
        {
            piece = await logs.Retry.RunAsync(token => logs.Blobs.ReadAsync(blob.Path, offset, bytes, token), cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound)
        {
            if (IsTrimmed(run[^1].Last))
            {
                // In segments since it was looked up.
                return new LogPage([], false);
            }

            // Only who owns the agent removes its blobs. If nobody did, the next one who opens it finds the gap.
            Kill(LogErrors.Superseded(Agent));
            throw LogErrors.Superseded(Agent);
        }

        var records = new List<ReadOnlyMemory<byte>>();
        if (Decode(run, bytes.AsMemory(0, piece.LengthBytes), afterSequence, records) is not { } corrupt)
        {
            return new LogPage(records, hasMore);
        }

        if (IsTrimmed(run[^1].Last))
        {
            return new LogPage([], false);
        }

        // A blob that the next owner has removed may have been made again by a late call; who is still the owner knows of damage.
        await ConfirmAsync(cancellationToken).ConfigureAwait(false);
        throw corrupt;
    }

    private static TemporalException? Decode(List<LogExtent> run, ReadOnlyMemory<byte> bytes, long afterSequence, List<ReadOnlyMemory<byte>> records)
    {
        var (blob, offset) = (run[0].Blob, run[0].Offset);
        foreach (var extent in run)
        {
            if (extent.End - offset > bytes.Length)
            {
                return StoredBytes.Corrupt(blob.Path, offset + bytes.Length, "the blob ends too early");
            }

            var block = bytes.Slice((int)(extent.Offset - offset), extent.LengthBytes);
            var problem = BlockHeader.TryRead(block.Span, out var header);
            problem ??= header.FirstSequence != extent.First || header.LastSequence != extent.Last || header.LengthBytes != extent.LengthBytes
                ? "another block stands here now"
                : BlockReader.AddRecords(header, block, afterSequence, records);
            if (problem is not null)
            {
                return StoredBytes.Corrupt(blob.Path, extent.Offset, problem);
            }
        }

        return null;
    }

    public void Trim(long sequence)
    {
        lock (gate)
        {
            // What is in segments is durable, whether the log saw it or not; the log goes on behind it.
            trimmedThrough = Math.Max(trimmedThrough, sequence);
            lastSequence = Math.Max(lastSequence, sequence);
            if (durableThrough < sequence)
            {
                Volatile.Write(ref durableThrough, sequence);
            }

            extents.RemoveRange(0, IndexAfter(trimmedThrough));
            if (fault is null)
            {
                logs.Room.SetUnsealed(share, extents.Sum(static extent => (long)extent.LengthBytes));
            }
        }

        RemoveTrimmed();
    }

    public void Publish(ulong publishing)
    {
        lock (gate)
        {
            publishedEpoch = Math.Max(publishedEpoch, publishing);
        }
    }

    /// <summary>Whether the host should seal what this log holds.</summary>
    public bool IsSealDue
    {
        get
        {
            lock (gate)
            {
                return fault is null && extents.Count > 0 && (extents.Count >= logs.Options.SealBlocks || extents[0].Blob.Epoch < scrubBelow);
            }
        }
    }

    public int BlobCount
    {
        get
        {
            lock (gate)
            {
                return blobs.Count;
            }
        }
    }

    /// <summary>Goes on in a new blob, so that those before it can be removed whole.</summary>
    /// <returns>The epoch that goes on.</returns>
    public async ValueTask<ulong> BeginScrubAsync(CancellationToken cancellationToken)
    {
        Task? rolling = null;
        var start = false;
        lock (gate)
        {
            if (fault is { } reason)
            {
                throw LogErrors.Again(reason);
            }

            if (open.HasRecords)
            {
                isRollRequested = true;
                rolled ??= new TaskCompletionSource();
                rolling = rolled.Task;
                start = StartUnderGate();
            }
        }

        Start(start);
        if (rolling is not null)
        {
            await rolling.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        lock (gate)
        {
            scrubBelow = Math.Max(scrubBelow, open.Epoch);
        }

        RemoveTrimmed();
        return scrubBelow;
    }

    /// <summary>Whether every blob before an epoch is removed.</summary>
    public bool IsRemovedBelow(ulong mark)
    {
        bool isDone;
        lock (gate)
        {
            isDone = removing.Count == 0 && blobs[0].Epoch >= mark;
        }

        if (!isDone)
        {
            // A removal that failed is tried again.
            RemoveTrimmed();
        }

        return isDone;
    }

    private bool IsTrimmed(long sequence)
    {
        lock (gate)
        {
            return sequence <= trimmedThrough;
        }
    }

    private (List<LogExtent> Run, bool HasMore) Find(long afterSequence, int bytesMax)
    {
        lock (gate)
        {
            var index = IndexAfter(afterSequence);
            var run = new List<LogExtent>();
            for (; index < extents.Count; index++)
            {
                var extent = extents[index];
                var isNext = run.Count == 0
                    || (extent.Blob == run[0].Blob && extent.Offset == run[^1].End && extent.End - run[0].Offset <= bytesMax);
                if (!isNext)
                {
                    return (run, true);
                }

                run.Add(extent);
            }

            return (run, false);
        }
    }

    // The first block that holds something behind a sequence. Under the gate.
    private int IndexAfter(long sequence)
    {
        int low = 0, high = extents.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = extents[middle].Last <= sequence ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void RemoveTrimmed()
    {
        lock (gate)
        {
            // A name that was removed could be made again by somebody who has seen its epoch announced; a manifest of a later
            // epoch refuses them.
            while (blobs.Count > 1 && blobs[0].LastSequence <= trimmedThrough && blobs[0].Epoch < publishedEpoch)
            {
                removing.Enqueue(blobs[0].Path);
                blobs.RemoveAt(0);
            }

            if (isRemoving || removing.Count == 0)
            {
                return;
            }

            isRemoving = true;
        }

        logs.Scheduler.Post(static state => _ = ((AzureCausalLog)state!).RemoveAsync(), this);
    }

    private async Task RemoveAsync()
    {
        try
        {
            while (true)
            {
                string? path;
                lock (gate)
                {
                    if (!removing.TryPeek(out path))
                    {
                        isRemoving = false;
                        return;
                    }
                }

                await logs.Blobs.DeleteAsync(path, CancellationToken.None).ConfigureAwait(false);
                lock (gate)
                {
                    removing.Dequeue();
                }
            }
        }
        catch (TemporalException exception)
        {
            // It stays and costs what it costs; the next trim tries again.
            logs.LogNotRemoved(Agent.ToString(), exception);
            lock (gate)
            {
                isRemoving = false;
            }
        }
    }
}
