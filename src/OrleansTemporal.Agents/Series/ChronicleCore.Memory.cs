namespace OrleansTemporal.Series;

/// <content>Points in memory: what is encoded outside of the gate, what is let go, what it all takes.</content>
internal sealed partial class ChronicleCore
{
    // A part of the memory that all agents share, since others want some, too.
    private const int CutShare = 8;

    // The gate is held for so many series at a time.
    private const int SeriesAtATime = 256;

    private long bytesAtCut;

    private protected override bool IsCutDue => memoryBytes - bytesAtCut > Services.Memory.BytesMax / CutShare;

    private SeriesBounds Bounds => new(coveredThrough, legacyThrough);

    private static SeriesPart Encode(SeriesClosing closing) => closing.Encode();

    // Under the gate.
    private static SeriesClosing[] Take(List<SeriesClosing> waiting)
    {
        if (waiting.Count == 0)
        {
            return [];
        }

        SeriesClosing[] taken = [.. waiting];
        waiting.Clear();
        return taken;
    }

    // Outside of the gate: what closed under it is encoded by who closed it.
    private void EncodeAndPublish(SeriesClosing[] taken)
    {
        if (taken.Length == 0)
        {
            return;
        }

        var encoded = Array.ConvertAll(taken, Encode);
        lock (Gate)
        {
            var next = 0;
            Publish(taken, _ => encoded[next++]);
            CountMemory();
        }
    }

    // Under the gate.
    private void Publish(SeriesClosing[] taken, Func<SeriesClosing, SeriesPart> partOf)
    {
        foreach (var closing in taken)
        {
            var before = closing.Memory.Bytes;
            closing.Memory.Publish(closing, partOf(closing), Bounds);
            memoryBytes += closing.Memory.Bytes - before;
        }
    }

    // Under the gate.
    private void CountMemory()
    {
        if (memoryBytes != countedBytes)
        {
            Services.Memory.Add(memoryBytes - countedBytes);
            countedBytes = memoryBytes;
        }
    }

    // What segments hold since the last seal is let go, a few series at a time.
    private protected override bool Shrink()
    {
        if (trimmedThrough == Volatile.Read(ref coveredThrough))
        {
            return false;
        }

        long through;
        int count;
        lock (Gate)
        {
            (through, count) = (coveredThrough, index.Count);
        }

        for (var first = 0; first < count; first += SeriesAtATime)
        {
            lock (Gate)
            {
                for (var i = first; i < Math.Min(first + SeriesAtATime, count); i++)
                {
                    var before = index[i].Bytes;
                    index[i].Trim(Bounds);
                    memoryBytes += index[i].Bytes - before;
                }

                CountMemory();
            }
        }

        lock (Gate)
        {
            trimmedThrough = through;
            cuts.RemoveAll(cut => cut <= through);
            bytesAtCut = Math.Min(bytesAtCut, memoryBytes);
        }

        return false;
    }

    private protected override void Release()
    {
        lock (Gate)
        {
            Services.Memory.Add(-countedBytes);
            countedBytes = memoryBytes = 0;
        }
    }
}
