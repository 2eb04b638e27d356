using System.Runtime.CompilerServices;
using System.Text;

namespace OrleansTemporal.Catalog;

/// <summary>
/// Which of the 4,096 slots a name belongs to (docs/formats/slots.md): FNV-1a of 64 bits over the UTF-8 bytes, the
/// finalizer of MurmurHash3, the top 12 bits. Fixed for good: partitions are assigned by slot.
/// </summary>
public static class SlotHash
{
    private const int SlotBits = 12;

    /// <summary>The slot of a name. Cost: about a nanosecond a byte; allocates nothing up to 1,024 bytes.</summary>
    /// <param name="name">A key, a series or an entity.</param>
    /// <returns>From 0 to 4095.</returns>
    [SkipLocalsInit]
    public static int Of(string name)
    {
        if (Encoding.UTF8.GetMaxByteCount(name.Length) > Limits.KeyBytesMax * 4)
        {
            return Of(Encoding.UTF8.GetBytes(name));
        }

        Span<byte> utf8 = stackalloc byte[Limits.KeyBytesMax * 4];
        return Of(utf8[..Encoding.UTF8.GetBytes(name, utf8)]);
    }

    /// <inheritdoc cref="Of(string)"/>
    /// <param name="utf8">The name in UTF-8.</param>
    public static int Of(ReadOnlySpan<byte> utf8)
    {
        var hash = 0xCBF29CE484222325ul;
        foreach (var value in utf8)
        {
            hash = (hash ^ value) * 0x100000001B3ul;
        }

        // FNV leaves the high bits of short names poorly mixed.
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDul;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53ul;
        hash ^= hash >> 33;
        return (int)(hash >> (64 - SlotBits));
    }
}
