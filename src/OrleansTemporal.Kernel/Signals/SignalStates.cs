using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Signals;

/// <summary>States by number, each on a cache line of its own. Grows by pieces and never moves one. Not thread-safe.</summary>
internal sealed class SignalStates
{
    // Below the size from which arrays are collected with the oldest generation only.
    private const int PieceBits = 10;
    private const int PieceStates = 1 << PieceBits;

    private byte[][] pieces = [];
    private int[] starts = [];
    private int pieceCount;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that they take.</summary>
    public long Bytes => pieceCount * (long)((PieceStates + 1) * SignalState.LengthBytes);

    /// <summary>A state.</summary>
    public ref SignalState this[int index]
    {
        get
        {
            // Three bounds less than by spans; the first look at the piece keeps a wrong number from going anywhere.
            var piece = index >> PieceBits;
            ref var first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(pieces[piece]), starts[piece]);
            return ref Unsafe.Add(ref Unsafe.As<byte, SignalState>(ref first), index & (PieceStates - 1));
        }
    }

    /// <summary>Makes an empty state.</summary>
    /// <returns>Its number.</returns>
    public int Add(byte type)
    {
        if (Count == pieceCount << PieceBits)
        {
            AddPiece();
        }

        var index = Count++;
        this[index] = new SignalState { Type = type, Next = SignalState.None };
        return index;
    }

    // Pinned, so that what begins on a line goes on beginning there.
    private void AddPiece()
    {
        if (pieceCount == pieces.Length)
        {
            Array.Resize(ref pieces, Math.Max(4, pieceCount * 2));
            Array.Resize(ref starts, pieces.Length);
        }

        var bytes = GC.AllocateArray<byte>((PieceStates + 1) * SignalState.LengthBytes, pinned: true);
        var at = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
        starts[pieceCount] = (int)((SignalState.LengthBytes - (at % SignalState.LengthBytes)) % SignalState.LengthBytes);
        pieces[pieceCount++] = bytes;
    }
}
