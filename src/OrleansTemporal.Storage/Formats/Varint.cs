namespace OrleansTemporal.Storage.Formats;

/// <summary>Variable-length numbers: seven bits a byte, lowest first, the high bit says that more follow (LEB128).</summary>
internal static class Varint
{
    public const int LengthMax = 10;

    public static int Write(Span<byte> destination, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Reads a number and moves the position behind it; false when the bytes end or overflow 64 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ref int position, out ulong value)
    {
        var at = position;
        if ((uint)at < (uint)source.Length && source[at] < 0x80)
        {
            value = source[at];
            position = at + 1;
            return true;
        }

        value = 0;
        for (var shift = 0; shift < 64 && (uint)at < (uint)source.Length; shift += 7)
        {
            var part = source[at++];
            if (shift == 63 && part > 1)
            {
                return false;
            }

            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                position = at;
                return true;
            }
        }

        return false;
    }
}
