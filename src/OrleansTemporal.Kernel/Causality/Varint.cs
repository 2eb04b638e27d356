using System.Buffers;

namespace OrleansTemporal.Causality;

/// <summary>
/// Unsigned numbers of 1 to 10 bytes, 7 bits each from the lowest, the top bit saying that more follow (LEB128).
/// Only the shortest form is read, so a number has one encoding.
/// </summary>
public static class Varint
{
    /// <summary>Longest encoding, in bytes.</summary>
    public const int LengthMax = 10;

    /// <summary>Length of a number's encoding in bytes.</summary>
    public static int GetLength(ulong value) => (64 + 6 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Writes a number.</summary>
    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="value">The number.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(Span<byte> destination, ulong value)
    {
        var i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[i++] = (byte)value;
        return i;
    }

    /// <summary>Writes a number.</summary>
    public static void Write(IBufferWriter<byte> writer, ulong value) => writer.Advance(Write(writer.GetSpan(LengthMax), value));

    /// <summary>Reads a number and moves past it; false, without moving, when the bytes don't start with one in its shortest form.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var i = 0; i < source.Length && i < LengthMax; i++)
        {
            ulong part = source[i];
            value |= (part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                var valid = (part != 0 || i == 0) && (i < LengthMax - 1 || part == 1);
                source = valid ? source[(i + 1)..] : source;
                return valid;
            }
        }

        return false;
    }
}
