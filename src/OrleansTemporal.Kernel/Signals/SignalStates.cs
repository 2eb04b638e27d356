using System.Runtime.InteropServices;

namespace OrleansTemporal.Signals;

/// <summary>States by number, each on a cache line of its own. Grows by pieces and never moves one. Not thread-safe.</summary>
internal sealed class SignalStates
{
    // Below the size from which arrays are collected with the oldest generation only.
    private const int PieceBits = 10;
    private const int PieceStates = 1 << PieceBits;

    private readonly List<Piece> pieces = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that they take.</summary>
    public long Bytes => pieces.Count * (long)((PieceStates + 1) * SignalState.LengthBytes);

    /// <summary>A state.</summary>
    public ref SignalState this[int index]
    {
        get
        {
            var piece = pieces[index >> PieceBits];
            return ref MemoryMarshal.Cast<byte, SignalState>(piece.Bytes.AsSpan(piece.Start))[index & (PieceStates - 1)];
        }
    }

    /// <summary>Makes an empty state.</summary>
    /// <returns>Its number.</returns>
    public int Add(byte type)
    {
        if (Count == pieces.Count << PieceBits)
        {
            pieces.Add(Piece.Make());
        }

        var index = Count++;
        this[index] = new SignalState { Type = type, Next = SignalState.None };
        return index;
    }

    private readonly record struct Piece(byte[] Bytes, int Start)
    {
        // Pinned, so that what begins on a line goes on beginning there.
        public static Piece Make()
        {
            var bytes = GC.AllocateArray<byte>((PieceStates + 1) * SignalState.LengthBytes, pinned: true);
            var at = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
            return new Piece(bytes, (int)((SignalState.LengthBytes - (at % SignalState.LengthBytes)) % SignalState.LengthBytes));
        }
    }
}
