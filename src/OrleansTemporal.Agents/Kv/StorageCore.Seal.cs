using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Lineage;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    private static readonly SegmentOptions Options = new() { Parts = new KvPayloadParts() };

    private long sealedThrough;

    protected override SegmentOptions SegmentOptions => Options;

    private protected override async ValueTask<RunRef?> WriteRunAsync(Generation generation, CancellationToken cancellationToken)
    {
        var fixedMemory = (KvGeneration)generation.Memory!;
        var ends = ExpiriesOf(generation.First);
        var path = NewPath(SealedPaths.Run, generation.First, generation.Last);
        var lineage = fixedMemory.Lineage ?? throw new InvalidOperationException("A generation keeps its lineage until it is sealed.");
        lineage.CatchUp(Gate, cipher);
        return await WriteAsync<RunRef?>(
            path,
            async writer => await WriteRunAsync(
                fixedMemory,
                lineage,
                ends,
                new RunWriter(
                    writer,
                    path,
                    Id,
                    generation.First,
                    generation.Last,
                    new RunOptions { KeyCountMax = fixedMemory.KeyCount + lineage.KeyCount + ends.Length }),
                cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<RunRef> WriteRunAsync(
        KvGeneration generation, LineageIndex lineage, KvExpiring[] ends, RunWriter run, CancellationToken cancellationToken)
    {
        // A fixed generation is not written to any more, so it can be read outside the gate.
        foreach (var key in generation.SortedEntries(Gate))
        {
            var versions = new KvKey(generation, key);
            for (var i = versions.Count - 1; i >= 0; i--)
            {
                var node = versions[i];
                var entry = new RunEntry(node.Sequence, node.Ordinal, (byte)node.Flags, new HybridTimestamp(node.Time), node.ExpiresAt);
                await run.AddAsync(generation.KeyOf(key), entry, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var (key, entry) in lineage.Entries())
        {
            if (Change(key, entry) is { } left)
            {
                await run.AddAsync(key, left, cancellationToken).ConfigureAwait(false);
            }
        }

        // Behind the keys, in the order of time: what clean-up and the list of what ends soon are to find.
        var place = new byte[KvExpiryKeys.BytesMax];
        foreach (var end in ends)
        {
            var length = KvExpiryKeys.Write(place, end.ExpiresAt, end.Key);
            await run.AddAsync(place.AsSpan(0, length), new RunEntry(end.Sequence, end.Ordinal, 0, end.SystemTime), cancellationToken).ConfigureAwait(false);
        }

        return await run.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private protected override void OnManifest(Manifest newest)
    {
        sealedThrough = newest.SealedThrough;
        ForgetSealedExpiries(newest);
        foreach (var generation in memory.Generations)
        {
            if (generation.LastSequence > sealedThrough || ReferenceEquals(generation, memory.Active))
            {
                break;
            }

            generation.ForgetLineage();
        }
    }

    private protected override bool Shrink()
    {
        lock (Gate)
        {
            if (!Services.Memory.IsExceeded || memory.Generations.Count < 2 || memory.Oldest.LastSequence > sealedThrough)
            {
                return false;
            }

            // From here on its versions are read from runs and segments.
            Services.Memory.Add(-memory.Oldest.RecordBytes);
            memory.RemoveOldest();
            return memory.Generations.Count > 1 && Services.Memory.IsExceeded && memory.Oldest.LastSequence <= sealedThrough;
        }
    }

    private protected override void Release()
    {
        lock (Gate)
        {
            Services.Memory.Add(-memory.Generations.Sum(static generation => generation.RecordBytes));
            memory.Clear(Sequence + 1);
            Release(TakeWaiters());
        }
    }
}
