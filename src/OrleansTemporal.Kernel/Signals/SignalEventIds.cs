using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>
/// Events that are recognised when they come again: those that came within 24 hours, at most the newest
/// <see cref="Limits.SignalEventIdsMax"/>. An event is its signal, its entity and its id, by 128 bits of their SHA-256, so two
/// are never taken for one. Some 40 bytes each. Not thread-safe.
/// </summary>
public sealed class SignalEventIds
{
    /// <summary>Bytes of one event when it is written down.</summary>
    public const int EntryBytes = 16 + sizeof(ulong);

    private const int SlotsMin = 16;
    private static readonly long AgeMillisecondsMax = (long)TimeSpan.FromHours(24).TotalMilliseconds;

    private readonly int countMax;

    // A ring in the order of arrival, and an open table of places in it, counted from 1.
    private Entry[] ring = new Entry[SlotsMin / 2];
    private int[] slots = new int[SlotsMin];
    private long first;

    /// <summary>Makes an empty window.</summary>
    /// <param name="countMax">How many it keeps at most.</param>
    public SignalEventIds(int countMax = Limits.SignalEventIdsMax) => this.countMax = countMax;

    /// <summary>How many came so far, those that are forgotten included.</summary>
    public long Total { get; private set; }

    /// <summary>How many are kept.</summary>
    public int Count => (int)(Total - first);

    /// <summary>The 128 bits that stand for an event.</summary>
    public static UInt128 HashOf(int type, ReadOnlySpan<byte> entity, ReadOnlySpan<byte> id)
    {
        Span<byte> input = stackalloc byte[1 + sizeof(ushort) + Limits.KeyBytesMax + Limits.SignalEventIdBytesMax];
        input[0] = (byte)type;
        BinaryPrimitives.WriteUInt16LittleEndian(input[1..], (ushort)entity.Length);
        entity.CopyTo(input[3..]);
        id.CopyTo(input[(3 + entity.Length)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..(3 + entity.Length + id.Length)], hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Whether an event came within 24 hours before a moment.</summary>
    public bool Contains(UInt128 hash, HybridTimestamp now) =>
        Find(hash) is var slot && slots[slot] != 0 && now.Milliseconds - At(slots[slot]).Time.Milliseconds <= AgeMillisecondsMax;

    /// <summary>Remembers an event; times never go back from call to call.</summary>
    public void Add(UInt128 hash, HybridTimestamp now)
    {
        while (Count > 0 && (Count >= countMax || now.Milliseconds - ring[first % ring.Length].Time.Milliseconds > AgeMillisecondsMax))
        {
            Forget();
        }

        var slot = Find(hash);
        if (slots[slot] != 0)
        {
            // Came again after its day: the entry before is in the ring still and finds nothing when its turn comes.
            slots[slot] = 0;
            Close(slot);
        }

        if (Count == ring.Length)
        {
            Grow();
        }

        ring[Total % ring.Length] = new Entry(hash, now);
        slots[Find(hash)] = (int)(Total % ring.Length) + 1;
        Total++;
    }

    /// <summary>Writes down the events from the <paramref name="from"/>-th to before the <paramref name="end"/>-th that ever came, as far as they are kept.</summary>
    /// <returns>How many those are.</returns>
    public int Write(long from, long end, IBufferWriter<byte> writer)
    {
        from = Math.Max(from, first);
        for (var i = from; i < end; i++)
        {
            var entry = ring[i % ring.Length];
            var span = writer.GetSpan(EntryBytes);
            BinaryPrimitives.WriteUInt128LittleEndian(span, entry.Hash);
            BinaryPrimitives.WriteUInt64LittleEndian(span[16..], entry.Time.Value);
            writer.Advance(EntryBytes);
        }

        return (int)Math.Max(0, end - from);
    }

    /// <summary>Remembers what was written down.</summary>
    /// <exception cref="FormatException">When it is not whole entries.</exception>
    public void Restore(ReadOnlySpan<byte> entries)
    {
        if (entries.Length % EntryBytes != 0)
        {
            throw new FormatException("Ids of events are cut off.");
        }

        for (; !entries.IsEmpty; entries = entries[EntryBytes..])
        {
            Add(BinaryPrimitives.ReadUInt128LittleEndian(entries), new HybridTimestamp(BinaryPrimitives.ReadUInt64LittleEndian(entries[16..])));
        }
    }

    private ref Entry At(int place) => ref ring[place - 1];

    // The slot that holds a hash, or the free one where it would be.
    private int Find(UInt128 hash)
    {
        var mask = slots.Length - 1;
        var slot = (int)(ulong)hash & mask;
        while (slots[slot] != 0 && At(slots[slot]).Hash != hash)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Forget()
    {
        var place = (int)(first % ring.Length) + 1;
        var slot = Find(ring[place - 1].Hash);
        if (slots[slot] == place)
        {
            slots[slot] = 0;
            Close(slot);
        }

        first++;
    }

    // Moves up what stands behind a slot that has become free.
    private void Close(int free)
    {
        var mask = slots.Length - 1;
        for (var slot = (free + 1) & mask; slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var home = (int)(ulong)At(slots[slot]).Hash & mask;
            if (((slot - home) & mask) >= ((slot - free) & mask))
            {
                (slots[free], slots[slot]) = (slots[slot], 0);
                free = slot;
            }
        }
    }

    private void Grow()
    {
        var larger = new Entry[Math.Min(ring.Length * 2, Math.Max(countMax, ring.Length + 1))];
        for (var i = first; i < Total; i++)
        {
            larger[i % larger.Length] = ring[i % ring.Length];
        }

        ring = larger;
        slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)larger.Length * 2)];

        // The newest of equal ones is the one that counts.
        for (var i = first; i < Total; i++)
        {
            slots[Find(ring[i % ring.Length].Hash)] = (int)(i % ring.Length) + 1;
        }
    }

    private readonly record struct Entry(UInt128 Hash, HybridTimestamp Time);
}
