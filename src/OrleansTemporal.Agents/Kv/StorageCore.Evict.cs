using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Kv;

/// <content>Letting go of versions that policy no longer keeps: first in the log, then in segments and runs.</content>
internal sealed partial class StorageCore
{
    // Of a delta in the facet field, beside its ordinals and what is left of it.
    private const int EvictedDeltaBytes = 8;

    // Deltas up to here have nothing more of what is to go.
    private long evictedThrough;

    // Names what goes in as few deltas as it takes.
    private async ValueTask<long> StageEvictionsAsync(List<KvDeadVersion> versions, CancellationToken cancellationToken)
    {
        versions.Sort(static (left, right) => (left.Sequence, left.Ordinal).CompareTo((right.Sequence, right.Ordinal)));
        evictedThrough = 0;
        for (var start = 0; start < versions.Count;)
        {
            // What is left of a delta hangs on the order of the erasures that took from it.
            await erasing.EnterAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                start = await StageEvictionAsync(versions, start, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                erasing.Exit();
            }
        }

        return versions.Count;
    }

    // Returns where the next one begins.
    private async ValueTask<int> StageEvictionAsync(List<KvDeadVersion> versions, int start, CancellationToken cancellationToken)
    {
        var nonce = new byte[KvErasure.NonceBytes];
        Services.Salts.Fill(nonce);
        var deltas = ImmutableArray.CreateBuilder<KvErasedDelta>();
        var (bytes, valueBytes, shown, at, from) = (KvErasure.FixedBytesMax, 0L, 0L, start, HybridTimestamp.Zero);
        while (at < versions.Count && bytes < ErasureBytesMax)
        {
            var ordinals = new List<ushort>();
            var sequence = versions[at].Sequence;
            for (; at < versions.Count && versions[at].Sequence == sequence; at++)
            {
                ordinals.Add(versions[at].Ordinal);
                shown += versions[at].IsExpiry ? 0 : 1;
                from = HybridTimestamp.Max(from, versions[at].ReplacedAt);
            }

            var taken = ordinals.ToArray();
            var record = DeltaRecord.Read(Strip(await ReadQuietlyAsync(sequence, cancellationToken).ConfigureAwait(false)));
            valueBytes += ValueBytesOf(record, taken);
            var remains = DeltaRecord.Read(KvRemains.Of(record, taken, nonce));
            deltas.Add(new KvErasedDelta(sequence, [.. taken], remains.HasPayload ? remains.CommitmentOfPayload() : null));
            bytes += EvictedDeltaBytes + (3 * taken.Length) + (remains.HasPayload ? Distinction.Size : 0);
        }

        var erasure = new KvErasure { Nonce = nonce, ValueBytes = valueBytes, Deltas = deltas.DrainToImmutable() };
        await StageAsync(new KvEviction(from, shown), erasure, cancellationToken).ConfigureAwait(false);
        return at;
    }

    private async ValueTask StageAsync(KvEviction eviction, KvErasure erasure, CancellationToken cancellationToken)
    {
        var salt = new byte[PayloadBuffer.SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        eviction.Write(payload);
        var prepared = new PreparedDelta(new DeltaDraft(KvKinds.Evict, KvEviction.SchemaVersion, payload, DeltaContext.None), default);
        var facet = new ArrayBufferWriter<byte>(4_096);
        erasure.Write(facet);
        var bytes = Encoder.GetRecordLength(prepared.Draft, facet.WrittenCount);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        long staged;
        try
        {
            lock (Gate)
            {
                RequireAlive();
                RequireLog();
                staged = Stage(prepared, facet.WrittenSpan, Durability.Durable).Sequence;
            }
        }
        catch
        {
            Log.Release(bytes);
            throw;
        }

        await Log.WhenDurableAsync(staged, cancellationToken).ConfigureAwait(false);
    }

    // Does not warm the segment that is read.
    private async ValueTask<ReadOnlyMemory<byte>> ReadQuietlyAsync(long sequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            var view = Manifest;
            var segment = view?.SegmentOf(sequence) ?? throw Corrupt($"delta {sequence} is in no segment");
            try
            {
                var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
                return await reader.ReadRecordAsync(sequence, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    // Removes the bytes of what was let go: one segment or run, or the note that it is due. Under the maintenance lock.
    private async ValueTask<DistillReport> EvictAsync(CancellationToken cancellationToken)
    {
        var due = erasures.Evictions();
        if (due.Length == 0)
        {
            return new DistillReport { HasMore = true };
        }

        await SealThroughAsync(due[^1], cancellationToken).ConfigureAwait(false);
        var deltas = erasures.DeltasOf(due);
        if (await NextDirtySegmentAsync(deltas, cancellationToken).ConfigureAwait(false) is { } segment)
        {
            await RewriteAsync(new HashSet<SegmentRef> { segment }, new HashSet<RunRef>(), Change, Manifest!.FacetCounters, cancellationToken).ConfigureAwait(false);
            evictedThrough = segment.LastSequence;
            return Rewritten(segment.Tier, segment.Length, Manifest!.SegmentOf(segment.FirstSequence)!.Length);
        }

        if ((await DirtyRunsAsync(deltas, cancellationToken).ConfigureAwait(false)).FirstOrDefault() is { } run)
        {
            await RewriteAsync(new HashSet<SegmentRef>(), new HashSet<RunRef> { run }, Change, Manifest!.FacetCounters, cancellationToken).ConfigureAwait(false);
            return Rewritten(StorageTier.Warm, run.Length, Manifest!.Runs.First(written => written.FirstSequence == run.FirstSequence).Length);
        }

        // What an earlier try has replaced may be there still.
        await CollectAsync(cancellationToken).ConfigureAwait(false);
        var left = erasures.Through(Manifest!.SealedThrough).Except(due).ToArray();
        await RewriteAsync(new HashSet<SegmentRef>(), new HashSet<RunRef>(), Change, WithErasures(Manifest.FacetCounters, left), cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            erasures.Remove(due);
        }

        return new DistillReport { HasMore = true };
    }

    private async ValueTask<SegmentRef?> NextDirtySegmentAsync(long[] deltas, CancellationToken cancellationToken)
    {
        foreach (var sequence in deltas)
        {
            if (sequence > evictedThrough)
            {
                if (erasures.IsDirty(await ReadQuietlyAsync(sequence, cancellationToken).ConfigureAwait(false)))
                {
                    return Manifest!.SegmentOf(sequence);
                }

                evictedThrough = sequence;
            }
        }

        return null;
    }

    private static DistillReport Rewritten(StorageTier tier, long before, long after) => new()
    {
        HasMore = true,
        Rewritten = 1,
        BytesBefore = before,
        BytesAfter = after,
        Before = BytesAt(tier, before),
        After = BytesAt(tier, after),
    };
}
