namespace OrleansTemporal.Timelines;

/// <summary>Sets bits of a cleared span, the lowest of each byte first.</summary>
internal ref struct BitWriter(Span<byte> bytes)
{
    private readonly Span<byte> bytes = bytes;
    private long at;

    /// <summary>Leaves zeros.</summary>
    public void Skip(int count) => at += count;

    /// <summary>Writes up to 32 bits, the highest first: it ends the zeros before it.</summary>
    public void Write(uint value, int count)
    {
        for (var bit = count - 1; bit >= 0; bit--, at++)
        {
            bytes[(int)(at >> 3)] |= (byte)(((value >> bit) & 1) << (int)(at & 7));
        }
    }
}
