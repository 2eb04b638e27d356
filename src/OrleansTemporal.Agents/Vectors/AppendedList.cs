namespace OrleansTemporal.Vectors;

/// <summary>Items by index, appended only, in pieces that never move: one thread appends, any number read what was appended before they learned of it.</summary>
internal sealed class AppendedList<T>
{
    private const int PieceBits = 10;
    private const int PieceMask = (1 << PieceBits) - 1;

    private T[][] pieces = [];
    private int count;

    public int Count => Volatile.Read(ref count);

    public ref readonly T this[int index] => ref Volatile.Read(ref pieces)[index >> PieceBits][index & PieceMask];

    /// <summary>Replaces an item; whoever reads it meanwhile sees the one or the other, so it is no wider than a word.</summary>
    public void Set(int index, in T item) => pieces[index >> PieceBits][index & PieceMask] = item;

    public int Add(in T item)
    {
        var index = count;
        if (index >> PieceBits == pieces.Length)
        {
            Volatile.Write(ref pieces, [.. pieces, new T[1 << PieceBits]]);
        }

        pieces[index >> PieceBits][index & PieceMask] = item;
        Volatile.Write(ref count, index + 1);
        return index;
    }
}
