using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

internal sealed partial class VectorCore
{
    /// <summary>The vectors that are there at a moment, page by page. The gate is held to find them, not to copy them.</summary>
    public async ValueTask<VectorPage> ListAsync(long number, int from, int limit, AsOf asOf, CancellationToken cancellationToken)
    {
        var asked = asOf.IsLatest ? (HybridTimestamp?)null : await CloseAsync(asOf, cancellationToken).ConfigureAwait(false);
        var slots = new List<int>();
        VectorCollection? collection;
        HybridTimestamp time;
        long mark;
        int next;
        lock (Gate)
        {
            RequireAlive();
            (collection, mark, time) = (Find(number), Sequence, asked ?? SystemTime);
            next = collection is null ? -1 : FindLive(collection, Math.Max(from, 0), limit, time.Value, slots);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        var versions = ImmutableArray.CreateBuilder<VectorVersion>(slots.Count);
        foreach (var slot in slots)
        {
            versions.Add(VersionOf(collection!, collection![slot]));
        }

        return new VectorPage(versions.MoveToImmutable(), next, time);
    }

    // Under the gate. Versions stand in the order of time, so behind the first that came later there is nothing.
    private static int FindLive(VectorCollection collection, int from, int limit, ulong time, List<int> slots)
    {
        var end = (int)Math.Min(collection.VersionCount, (long)from + Limits.KeysScannedPerPageMax);
        var bytes = 0L;
        var slot = from;
        for (; slot < end && slots.Count < limit && bytes < Limits.VectorPageBytesMax; slot++)
        {
            ref readonly var version = ref collection[slot];
            if (version.Time > time)
            {
                return -1;
            }

            if (!version.IsDelete && (collection.NextOf(slot) is < 0 || collection[collection.NextOf(slot)].Time > time))
            {
                slots.Add(slot);
                bytes += ((long)collection.Settings.Dimensions * sizeof(float)) + version.Metadata.Length;
            }
        }

        return slot < collection.VersionCount ? slot : -1;
    }
}
