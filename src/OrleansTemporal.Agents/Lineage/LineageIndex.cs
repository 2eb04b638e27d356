using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Kv;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Lineage;

/// <summary>
/// Lineage of one generation that is not sealed yet, by cause and by document referred to: derived from the generation, with
/// a mark of its own, when somebody asks or when the generation is sealed. A write pays nothing for it; a generation that is
/// sealed before anybody asks is indexed once. Sealed generations are asked in their runs, so this goes with the seal.
/// </summary>
internal sealed class LineageIndex(KvGeneration generation)
{
    // Deltas whose nodes are copied in one short stay inside the gate.
    private const int ChunkCount = 256;

    private readonly Lock indexing = new();
    private readonly Dictionary<WriteId, List<RunEntry>> effects = [];
    private readonly Dictionary<byte[], List<RunEntry>> references = new(ByteOrder.Instance);
    private readonly List<Seen> seen = [];
    private byte[][]? sorted;

    // The generation's rows up to here, whole deltas, are in.
    private int mark;

    /// <summary>Distinct keys that a run gets from it. After <see cref="CatchUp"/>.</summary>
    public int KeyCount => effects.Count + references.Count;

    /// <summary>Takes in what the generation has got since the last call. The gate is held only while nodes are copied.</summary>
    /// <param name="gate">The agent's.</param>
    /// <param name="cipher">Reads encrypted values, and hides what they refer to. What it has no key for refers to nothing.</param>
    public void CatchUp(Lock gate, ValueCipher cipher)
    {
        lock (indexing)
        {
            while (true)
            {
                seen.Clear();
                lock (gate)
                {
                    while (mark < generation.Rows.Count && seen.Count < ChunkCount)
                    {
                        CopyDelta();
                    }
                }

                if (seen.Count == 0)
                {
                    return;
                }

                foreach (var write in seen)
                {
                    Add(write, cipher);
                }
            }
        }
    }

    /// <summary>Deltas that follow from a cause, newest first, below a sequence and up to a time.</summary>
    public void AddEffects(WriteId cause, long before, HybridTimestamp time, int countMax, List<RunEntry> found)
    {
        lock (indexing)
        {
            if (!effects.TryGetValue(cause, out var entries))
            {
                return;
            }

            for (var i = LowerBound(entries, before, time) - 1; i >= 0 && found.Count < countMax; i--)
            {
                found.Add(entries[i]);
            }
        }
    }

    /// <summary>The keys of references in their order; the array is never changed afterwards.</summary>
    public byte[][] SortedReferences()
    {
        lock (indexing)
        {
            if (sorted is null)
            {
                sorted = [.. references.Keys];
                Array.Sort(sorted, ByteOrder.Instance);
            }

            return sorted;
        }
    }

    /// <summary>The newest entry of a reference up to a time, or null.</summary>
    public RunEntry? NewestReference(byte[] key, HybridTimestamp time)
    {
        lock (indexing)
        {
            var entries = references[key];
            var at = LowerBound(entries, long.MaxValue, time);
            return at == 0 ? null : entries[at - 1];
        }
    }

    /// <summary>Everything, in the order of a run. Of a generation that gets no more deltas.</summary>
    public IEnumerable<(byte[] Key, RunEntry Entry)> Entries()
    {
        foreach (var (cause, entries) in effects.OrderBy(static pair => (pair.Key.AgentDigest, pair.Key.Sequence, pair.Key.Ordinal)))
        {
            var key = LineageKeys.OfEffects(cause);
            for (var i = entries.Count - 1; i >= 0; i--)
            {
                yield return (key, entries[i]);
            }
        }

        foreach (var key in SortedReferences())
        {
            var entries = references[key];
            for (var i = entries.Count - 1; i >= 0; i--)
            {
                yield return (key, entries[i]);
            }
        }
    }

    // Number of entries below a sequence and up to a time; both rise along the list.
    private static int LowerBound(List<RunEntry> entries, long before, HybridTimestamp time)
    {
        var (low, high) = (0, entries.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (entries[middle].Sequence < before && entries[middle].SystemTime <= time)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // Under the gate.
    private void CopyDelta()
    {
        var end = mark + 1;
        while (end < generation.Rows.Count && generation.Rows[end].Sequence == generation.Rows[mark].Sequence)
        {
            end++;
        }

        var count = end - mark;
        for (; mark < end; mark++)
        {
            var node = new KvNode(generation, mark);
            seen.Add(new(node.Row.Entry, node.Sequence, node.Ordinal, count, new(node.Time), node.MayRefer ? node.Value : default, node.IsEncrypted, node.Extras?.Causes ?? []));
        }
    }

    private void Add(in Seen write, ValueCipher cipher)
    {
        if (write.Ordinal == 0 && !write.Causes.IsEmpty)
        {
            // One entry for the whole delta: all of its writes follow from all of its causes.
            var entry = new RunEntry(write.Sequence, (ushort)(write.Count - 1), 0, write.Time);
            for (var i = 0; i < write.Causes.Length; i++)
            {
                if (write.Causes.IndexOf(write.Causes[i]) == i)
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(effects, write.Causes[i], out _) ??= new(1)).Add(entry);
                }
            }
        }

        var value = write.IsEncrypted ? cipher.DecryptIfPossible(generation.KeyOf(write.Entry), write.Value.Span) : write.Value;
        foreach (var name in DocumentReferences.In(value.Span))
        {
            if ((write.IsEncrypted ? cipher.EncryptName(write.Value.Span, name) : name) is not { } target)
            {
                continue;
            }

            ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(references, LineageKeys.OfReference(target, generation.TextOf(write.Entry)), out var exists);
            sorted = exists ? sorted : null;
            (entries ??= new(1)).Add(new RunEntry(write.Sequence, write.Ordinal, 0, write.Time));
        }
    }

    private readonly record struct Seen(
        int Entry, long Sequence, ushort Ordinal, int Count, HybridTimestamp Time, ReadOnlyMemory<byte> Value, bool IsEncrypted, ImmutableArray<WriteId> Causes);
}
