using System.Text;
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
        var memory = (KvGeneration)generation.Memory!;
        var path = NewPath(SealedPaths.Run, generation.First, generation.Last);
        var lineage = memory.Lineage ?? throw new InvalidOperationException("A generation keeps its lineage until it is sealed.");
        lineage.CatchUp(Gate);
        return await WriteAsync<RunRef?>(
            path,
            async writer => await WriteRunAsync(
                memory,
                lineage,
                new RunWriter(writer, path, Id, generation.First, generation.Last, new RunOptions { KeyCountMax = memory.KeyCount + lineage.KeyCount }),
                cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<RunRef> WriteRunAsync(KvGeneration memory, LineageIndex lineage, RunWriter run, CancellationToken cancellationToken)
    {
        var utf8 = new byte[Limits.KeyBytesMax];
        foreach (var key in memory.SortedKeys(Gate))
        {
            var length = Encoding.UTF8.GetBytes(key, utf8);

            // A fixed generation is not written to any more, so it can be read outside the gate.
            var versions = memory.Find(key)!;
            for (var i = versions.Count - 1; i >= 0; i--)
            {
                var node = versions[i];
                var entry = new RunEntry(node.Sequence, node.Ordinal, (byte)node.Flags, new HybridTimestamp(node.Time), node.Extras?.ExpiresAt ?? HybridTimestamp.Zero);
                await run.AddAsync(utf8.AsSpan(0, length), entry, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var (key, entry) in lineage.Entries())
        {
            await run.AddAsync(key, entry, cancellationToken).ConfigureAwait(false);
        }

        return await run.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private protected override void OnManifest(Manifest newest)
    {
        sealedThrough = newest.SealedThrough;
        foreach (var generation in generations)
        {
            if (generation.LastSequence > sealedThrough || ReferenceEquals(generation, Active))
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
            if (!Services.Memory.IsExceeded || generations.Count < 2 || generations[0].LastSequence > sealedThrough)
            {
                return false;
            }

            // From here on its versions are read from runs and segments.
            Services.Memory.Add(-generations[0].Bytes);
            generations.RemoveAt(0);
            return generations.Count > 1 && Services.Memory.IsExceeded && generations[0].LastSequence <= sealedThrough;
        }
    }

    private protected override void Release()
    {
        lock (Gate)
        {
            Services.Memory.Add(-generations.Sum(static generation => generation.Bytes));
            generations.Clear();
            generations.Add(new KvGeneration(Sequence + 1));
        }
    }
}
