using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Vectors;

/// <summary>Finds the row that has the same bits as a vector, so that equal vectors are stored once. Open addressing; eight bytes for each place, half of them taken at most.</summary>
internal sealed class VectorRowTable
{
    private Place[] places = new Place[64];
    private int count;

    /// <summary>The row of a vector; −1 when there is none.</summary>
    /// <param name="rows">Where the rows are.</param>
    /// <param name="values">The vector.</param>
    /// <param name="hash">What <see cref="HashOf"/> says of it.</param>
    public int Find(VectorRows rows, ReadOnlySpan<float> values, ulong hash)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var half = (uint)(hash >> 32);
        for (var place = PlaceOf(half); places[place].Entry != 0; place = (place + 1) & (places.Length - 1))
        {
            // What has the same hash is compared bit by bit, so the hash has to be quick rather than good.
            if (places[place].Hash == half && MemoryMarshal.AsBytes(rows[places[place].Entry - 1]).SequenceEqual(bytes))
            {
                return places[place].Entry - 1;
            }
        }

        return -1;
    }

    /// <summary>Enters a row that was not found.</summary>
    public void Add(int row, ulong hash)
    {
        if (++count * 2 > places.Length)
        {
            var entered = places;
            places = new Place[places.Length * 2];
            foreach (var other in entered)
            {
                if (other.Entry != 0)
                {
                    Enter(other);
                }
            }
        }

        Enter(new Place((uint)(hash >> 32), row + 1));
    }

    private void Enter(Place entry)
    {
        var place = PlaceOf(entry.Hash);
        while (places[place].Entry != 0)
        {
            place = (place + 1) & (places.Length - 1);
        }

        places[place] = entry;
    }

    private int PlaceOf(uint half) => (int)(half >> 1) & (places.Length - 1);

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

    // A row plus one, or 0 for none, and half of its hash.
    private readonly record struct Place(uint Hash, int Entry);
}
