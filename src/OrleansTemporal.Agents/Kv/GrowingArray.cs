using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Kv;

/// <summary>
/// Values by index, appended only. Grows by pieces, so that no append copies more than one piece while the gate is held.
/// Where the values are structs without references, the collector never looks inside.
/// </summary>
/// <param name="capacity">For how many there is room at first: 0, or a power of two.</param>
internal struct GrowingArray<T>(int capacity)
{
    private const int PieceBits = 11;
    private const int PieceMask = (1 << PieceBits) - 1;
    private const int CapacityMin = 4;

    // Thousands of agents have a few entries each: only the first piece grows by doubling.
    private T[][] pieces = [new T[capacity]];

    public int Count { get; private set; }

    /// <summary>
    /// A value. The index is one that <see cref="Add()"/> gave: within a piece it is not checked, for that would read the head of
    /// the piece, far from the value. Only the first piece can be shorter than the mask lets an index reach.
    /// </summary>
    public readonly ref T this[int index]
    {
        get
        {
            Debug.Assert((uint)index < (uint)Count);
            return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(pieces[index >> PieceBits]), index & PieceMask);
        }
    }

    /// <summary>Makes room for one more, all zero.</summary>
    /// <returns>Its index. References to others may be stale from here on.</returns>
    public int Add()
    {
        var (piece, at) = (Count >> PieceBits, Count & PieceMask);
        if (piece == pieces.Length)
        {
            Array.Resize(ref pieces, piece + 1);
            pieces[piece] = SparesOf<T>.Take(1 << PieceBits);
        }
        else if (at == pieces[piece].Length)
        {
            // Only the first one is ever too small.
            Array.Resize(ref pieces[0], Math.Max(CapacityMin, at * 2));
        }

        return Count++;
    }

    /// <summary>Adds one behind all others.</summary>
    public void Add(in T value)
    {
        var at = Add();
        this[at] = value;
    }

    /// <summary>
    /// Copies a value without the gate, for who only wants it near to the processor: it may be half of what is being written
    /// just now. False when there is none at that index.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly bool TryPeek(int index, out T? value)
    {
        var known = pieces;
        var (piece, at) = ((uint)index >> PieceBits, index & PieceMask);
        if (piece < (uint)known.Length && known[piece] is { } found && at < found.Length)
        {
            value = found[at];
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>A copy of all.</summary>
    public readonly T[] ToArray()
    {
        var copy = new T[Count];
        for (var piece = 0; piece << PieceBits < Count; piece++)
        {
            var from = piece << PieceBits;
            pieces[piece].AsSpan(0, Math.Min(1 << PieceBits, Count - from)).CopyTo(copy.AsSpan(from));
        }

        return copy;
    }
}
