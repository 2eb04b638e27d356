using System.Runtime.CompilerServices;

namespace OrleansTemporal.Signals;

/// <summary>
/// Numbers for the ids of entities: bytes of UTF-8 in, a number out, the same for the life of the table. Beside its own bytes
/// an entity takes some 30 bytes. Not thread-safe.
/// </summary>
internal sealed class SignalEntities
{
    /// <summary>No entity.</summary>
    public const int None = -1;

    private const int PieceBytes = 64 << 10;
    private const int SlotsMin = 16;

    private readonly List<byte[]> pieces = [];
    private int pieceEnd = PieceBytes;
    private Entity[] entities = new Entity[SlotsMin / 2];

    // Hash in the high half, number + 1 in the low half; 0 is free.
    private ulong[] slots = new ulong[SlotsMin];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that they take.</summary>
    public long Bytes => (pieces.Count * (long)PieceBytes) + (entities.Length * (long)Unsafe.SizeOf<Entity>()) + (slots.Length * (long)sizeof(ulong));

    /// <summary>What is kept of one.</summary>
    public ref Entity this[int number] => ref entities[number];

    /// <summary>The id of one.</summary>
    public ReadOnlySpan<byte> IdOf(int number) => IdOf(entities[number]);

    /// <summary>Seeded by the process, so that nobody outside can choose ids that collide.</summary>
    public static uint HashOf(ReadOnlySpan<byte> id)
    {
        var hash = default(HashCode);
        hash.AddBytes(id);
        return (uint)hash.ToHashCode();
    }

    /// <summary>The number of an entity, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> id, uint hash)
    {
        var mask = (uint)slots.Length - 1;
        for (var at = hash & mask; slots[at] != 0; at = (at + 1) & mask)
        {
            if ((uint)(slots[at] >> 32) == hash && IdOf(entities[(int)(uint)slots[at] - 1]).SequenceEqual(id))
            {
                return (int)(uint)slots[at] - 1;
            }
        }

        return None;
    }

    /// <summary>Numbers an entity that has none.</summary>
    public int Add(ReadOnlySpan<byte> id, uint hash)
    {
        if ((Count + 1) * 4L > slots.Length * 3L)
        {
            Grow();
        }

        if (Count == entities.Length)
        {
            Array.Resize(ref entities, Count * 2);
        }

        if (pieceEnd + id.Length > PieceBytes)
        {
            pieces.Add(new byte[PieceBytes]);
            pieceEnd = 0;
        }

        id.CopyTo(pieces[^1].AsSpan(pieceEnd));
        entities[Count] = new Entity { Piece = pieces.Count - 1, Start = (ushort)pieceEnd, Length = (ushort)id.Length, First = SignalState.None };
        pieceEnd += id.Length;
        Place(slots, hash, Count);
        return Count++;
    }

    private ReadOnlySpan<byte> IdOf(in Entity entity) => pieces[entity.Piece].AsSpan(entity.Start, entity.Length);

    private void Grow()
    {
        var larger = new ulong[slots.Length * 2];
        foreach (var slot in slots)
        {
            if (slot != 0)
            {
                Place(larger, (uint)(slot >> 32), (int)(uint)slot - 1);
            }
        }

        slots = larger;
    }

    private static void Place(ulong[] slots, uint hash, int number)
    {
        var mask = (uint)slots.Length - 1;
        var at = hash & mask;
        while (slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        slots[at] = ((ulong)hash << 32) | (uint)(number + 1);
    }

    /// <summary>What is kept of one entity.</summary>
    internal struct Entity
    {
        /// <summary>Where its id is.</summary>
        public int Piece;

        /// <inheritdoc cref="Piece"/>
        public ushort Start;

        /// <inheritdoc cref="Piece"/>
        public ushort Length;

        /// <summary>Its first state; <see cref="SignalState.None"/> without one.</summary>
        public int First;

        /// <summary>In which generation it changed last.</summary>
        public int Generation;
    }
}
