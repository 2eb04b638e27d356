using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// The erasures of one agent whose bytes are not gone from disk yet, and what policy has let go likewise: what they took is
/// hidden from every reader by looking here, and left out of every file that is written. Thread-safe; asking costs one load while there is none.
/// </summary>
internal sealed class KvPendingErasures
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, KvErasure> erasures = [];
    private readonly Dictionary<long, List<Taken>> taken = [];
    private readonly SortedSet<long> evictions = [];
    private volatile int count;
    private volatile int erasureCount;

    /// <summary>How many there are that somebody has asked for; what policy let go is not counted.</summary>
    public int Count => erasureCount;

    /// <summary>Sequence of the newest of those; 0 when there is none.</summary>
    public long Last
    {
        get
        {
            lock (gate)
            {
                return erasures.Keys.LastOrDefault(sequence => !evictions.Contains(sequence));
            }
        }
    }

    /// <summary>Takes notice of an erasure, or of what policy lets go; they come in the order of their sequences.</summary>
    public void Add(long sequence, KvErasure erasure, bool isEviction = false)
    {
        lock (gate)
        {
            if (!erasures.TryAdd(sequence, erasure))
            {
                return;
            }

            if (isEviction)
            {
                evictions.Add(sequence);
            }

            foreach (var delta in erasure.Deltas)
            {
                if (!taken.TryGetValue(delta.Sequence, out var list))
                {
                    taken.Add(delta.Sequence, list = new(1));
                }

                list.Add(new Taken(sequence, delta.Ordinals, erasure.Nonce));
            }

            CountAll();
        }
    }

    /// <summary>Forgets those whose bytes are gone.</summary>
    public void Remove(IReadOnlyCollection<long> sequences)
    {
        lock (gate)
        {
            foreach (var sequence in sequences)
            {
                if (erasures.Remove(sequence, out var erasure))
                {
                    evictions.Remove(sequence);
                    foreach (var delta in erasure.Deltas)
                    {
                        var list = taken[delta.Sequence];
                        list.RemoveAll(entry => entry.Erasure == sequence);
                        if (list.Count == 0)
                        {
                            taken.Remove(delta.Sequence);
                        }
                    }
                }
            }

            CountAll();
        }
    }

    /// <summary>The sequences of all up to a sequence, in order.</summary>
    public long[] Through(long sequence)
    {
        lock (gate)
        {
            return [.. erasures.Keys.TakeWhile(key => key <= sequence)];
        }
    }

    /// <summary>The sequences of those up to a sequence that somebody has asked for, in order.</summary>
    public long[] ErasuresThrough(long sequence)
    {
        lock (gate)
        {
            return [.. erasures.Keys.TakeWhile(key => key <= sequence).Where(key => !evictions.Contains(key))];
        }
    }

    /// <summary>The sequences of what policy let go, in order.</summary>
    public long[] Evictions()
    {
        lock (gate)
        {
            return [.. evictions];
        }
    }

    /// <summary>Whether an operation was taken by policy, and by nobody else.</summary>
    public bool IsEvicted(long sequence, int ordinal)
    {
        lock (gate)
        {
            return evictions.Count > 0
                && taken.TryGetValue(sequence, out var list)
                && list.Where(entry => entry.Ordinals.AsSpan().BinarySearch((ushort)ordinal) >= 0).Select(static entry => entry.Erasure).ToArray() is { Length: > 0 } takers
                && takers.All(evictions.Contains);
        }
    }

    /// <summary>The deltas that they took something from, in order.</summary>
    public long[] DeltasOf(IReadOnlyCollection<long> sequences)
    {
        lock (gate)
        {
            return [.. sequences.SelectMany(sequence => erasures[sequence].Deltas).Select(static delta => delta.Sequence).Distinct().Order()];
        }
    }

    /// <summary>Whether an operation was taken.</summary>
    public bool Holds(long sequence, int ordinal)
    {
        if (count == 0)
        {
            return false;
        }

        lock (gate)
        {
            return taken.TryGetValue(sequence, out var list) && list.Exists(entry => entry.Ordinals.AsSpan().BinarySearch((ushort)ordinal) >= 0);
        }
    }

    /// <summary>Whether anything of a delta was taken.</summary>
    public bool Touches(long sequence)
    {
        lock (gate)
        {
            return taken.ContainsKey(sequence);
        }
    }

    /// <summary>The record as the erasures leave it; the same memory when they take nothing from it.</summary>
    public ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> record)
    {
        if (count == 0)
        {
            return record;
        }

        var delta = DeltaRecord.Read(record);
        Taken[] entries;
        lock (gate)
        {
            if (!taken.TryGetValue(delta.Sequence, out var list))
            {
                return record;
            }

            entries = [.. list];
        }

        foreach (var entry in entries)
        {
            delta = DeltaRecord.Read(KvRemains.Of(delta, entry.Ordinals.AsSpan(), entry.Nonce.Span));
        }

        return delta.Bytes;
    }

    /// <summary>Whether a stored record still has something that was taken.</summary>
    public bool IsDirty(ReadOnlyMemory<byte> record)
    {
        var delta = DeltaRecord.Read(record);
        lock (gate)
        {
            return taken.TryGetValue(delta.Sequence, out var list) && list.Exists(entry => KvRemains.Holds(delta, entry.Ordinals.AsSpan()));
        }
    }

    private void CountAll() => (count, erasureCount) = (erasures.Count, erasures.Count - evictions.Count);

    private sealed record Taken(long Erasure, ImmutableArray<ushort> Ordinals, ReadOnlyMemory<byte> Nonce);
}
