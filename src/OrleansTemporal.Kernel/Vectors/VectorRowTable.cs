using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Vectors;

/// <summary>Finds the row that has the same bits as a vector, so that equal vectors are stored once. Open addressing; four bytes for each place, half of them taken at most.</summary>
internal sealed class VectorRowTable
{
    private int[] places = new int[64];
    private int count;

    /// <summary>The row of a vector; −1 when there is none.</summary>
    public int Find(VectorRows rows, ReadOnlySpan<float> values)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        for (var place = PlaceOf(values); places[place] != 0; place = (place + 1) & (places.Length - 1))
        {
            if (MemoryMarshal.AsBytes(rows[places[place] - 1]).SequenceEqual(bytes))
            {
                return places[place] - 1;
            }
        }

        return -1;
    }

    /// <summary>Enters a row that was not found.</summary>
    public void Add(VectorRows rows, int row)
    {
        if (++count * 2 > places.Length)
        {
            var entered = places;
            places = new int[places.Length * 2];
            foreach (var other in entered)
            {
                if (other != 0)
                {
                    Enter(rows[other - 1], other);
                }
            }
        }

        Enter(rows[row], row + 1);
    }

    private void Enter(ReadOnlySpan<float> values, int entry)
    {
        var place = PlaceOf(values);
        while (places[place] != 0)
        {
            place = (place + 1) & (places.Length - 1);
        }

        places[place] = entry;
    }

    // What is found is compared bit by bit, so the hash has to be quick rather than good.
    private int PlaceOf(ReadOnlySpan<float> values) => (int)(HashOf(values) >> 33) & (places.Length - 1);

    /// <summary>A quick hash of the bits of a vector. Part of stored indexes, so it never changes.</summary>
    public static ulong HashOf(ReadOnlySpan<float> values)
    {
        var (a, b) = (0x9E3779B97F4A7C15UL, 0xC2B2AE3D27D4EB4FUL);
        var words = MemoryMarshal.Cast<float, ulong>(values);
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            a = BitOperations.RotateLeft((a ^ words[i]) * 0x9FB21C651E98DF25, 29);
            b = BitOperations.RotateLeft((b ^ words[i + 1]) * 0xA0761D6478BD642F, 31);
        }

        // At most three floats are left.
        for (var i = words.Length / 2 * 4; i < values.Length; i++)
        {
            a = BitOperations.RotateLeft((a ^ BitConverter.SingleToUInt32Bits(values[i])) * 0x9FB21C651E98DF25, 29);
        }

        return (a ^ BitOperations.RotateLeft(b, 17)) * 0xE7037ED1A0B428DB;
    }
}
