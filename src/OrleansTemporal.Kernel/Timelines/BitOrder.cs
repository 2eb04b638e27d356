namespace OrleansTemporal.Timelines;

/// <summary>Turns words round.</summary>
internal static class BitOrder
{
    /// <summary>The bits of a word, the lowest where the highest was.</summary>
    public static uint Reverse(uint value)
    {
        value = ((value >> 1) & 0x5555_5555) | ((value & 0x5555_5555) << 1);
        value = ((value >> 2) & 0x3333_3333) | ((value & 0x3333_3333) << 2);
        value = ((value >> 4) & 0x0F0F_0F0F) | ((value & 0x0F0F_0F0F) << 4);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }
}
