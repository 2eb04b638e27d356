using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Vectors;

/// <summary>
/// Items of equal length in memory that never moves: chunks in the pinned heap, each starting on a cache line, given
/// back when nothing refers to this object any more. Items are zero until somebody writes them. One thread adds, any
/// number read.
/// </summary>
/// <typeparam name="T">What an item is made of.</typeparam>
internal sealed unsafe class FlatMemory<T>
    where T : unmanaged
{
    private const int LineBytes = 64;

    private readonly int shift;
    private readonly int mask;
    private byte[][] owners = [];
    private nint[] starts = [];

    /// <summary>Makes an empty memory.</summary>
    /// <param name="stride">How many <typeparamref name="T"/> an item has.</param>
    /// <param name="chunkBytes">About how large a chunk is; an item of more bytes has a chunk of its own.</param>
    public FlatMemory(int stride, int chunkBytes)
    {
        Stride = stride;
        while (((long)stride * sizeof(T)) << (shift + 1) <= chunkBytes)
        {
            shift++;
        }

        mask = (1 << shift) - 1;
    }

    /// <summary>How many <typeparamref name="T"/> an item has.</summary>
    public int Stride { get; }

    /// <summary>Bytes that all chunks take.</summary>
    public long Bytes => Volatile.Read(ref owners).Length * (((long)Stride * sizeof(T)) << shift);

    /// <summary>Where an item lies. The caller keeps this object alive as long as it uses the pointer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* At(int index) =>
        (T*)Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(starts), index >> shift) + ((long)(index & mask) * Stride);

    /// <summary>An item's memory, with the index checked against what was ensured.</summary>
    public Span<T> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)(index >> shift), (uint)starts.Length, nameof(index));
            return new(At(index), Stride);
        }
    }

    /// <summary>Items that there is memory for.</summary>
    public int CountMax => (int)Math.Min(int.MaxValue, (long)Volatile.Read(ref starts).Length << shift);

    /// <summary>Has memory for so many items.</summary>
    public void Ensure(int count)
    {
        while ((long)starts.Length << shift < count)
        {
            var owner = GC.AllocateArray<byte>(checked((int)(((long)Stride * sizeof(T)) << shift)) + LineBytes, pinned: true);
            var start = ((nint)Unsafe.AsPointer(ref owner[0]) + LineBytes - 1) & ~(nint)(LineBytes - 1);
            owners = [.. owners, owner];
            Volatile.Write(ref starts, [.. starts, start]);
        }
    }

    /// <summary>The same items in a memory of their own.</summary>
    public FlatMemory<T> Copy(int count, int chunkBytes)
    {
        var copy = new FlatMemory<T>(Stride, chunkBytes);
        copy.Ensure(count);
        for (var i = 0; i < count; i++)
        {
            this[i].CopyTo(copy[i]);
        }

        return copy;
    }
}
