namespace OrleansTemporal.Kv;

/// <summary>
/// Structs by index, appended only. Grows by pieces, so that no append copies more than one piece while the gate is held,
/// and the structs hold no references, so that the collector never looks inside.
/// </summary>
internal struct GrowingArray<T>(int capacity)
    where T : unmanaged
{
    private const int PieceBits = 11;
    private const int PieceMask = (1 << PieceBits) - 1;

    // Thousands of agents have a few entries each: only the first piece grows by doubling.
    private T[][] pieces = [new T[capacity]];

    public int Count { get; private set; }

    public readonly ref T this[int index] => ref pieces[index >> PieceBits][index & PieceMask];

    /// <summary>Makes room for one more, all zero.</summary>
    /// <returns>Its index. References to others may be stale from here on.</returns>
    public int Add()
    {
        var (piece, at) = (Count >> PieceBits, Count & PieceMask);
        if (piece == pieces.Length)
        {
            Array.Resize(ref pieces, piece + 1);
            pieces[piece] = new T[1 << PieceBits];
        }
        else if (at == pieces[piece].Length)
        {
            // Only the first one is ever too small.
            Array.Resize(ref pieces[0], at * 2);
        }

        return Count++;
    }
}
