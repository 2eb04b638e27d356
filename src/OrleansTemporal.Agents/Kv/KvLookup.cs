using System.Text;

namespace OrleansTemporal.Kv;

/// <summary>A key as memory looks for it: its bytes and their hash, made outside the gate.</summary>
internal readonly ref struct KvLookup
{
    /// <summary>Room for the bytes of any valid key.</summary>
    public const int BytesMax = Limits.KeyBytesMax;

    /// <summary>What fits on the stack without the cost of clearing it.</summary>
    public const int ShortBytesMax = 192;

    /// <summary>UTF-16 units that take no more than <see cref="ShortBytesMax"/>.</summary>
    public const int ShortCharsMax = ShortBytesMax / 3;

    /// <summary>Takes bytes.</summary>
    public KvLookup(ReadOnlySpan<byte> key)
    {
        Key = key;
        Hash = HashOf(key);
    }

    /// <summary>Takes bytes that are hashed already.</summary>
    public KvLookup(ReadOnlySpan<byte> key, uint hash)
    {
        Key = key;
        Hash = hash;
    }

    public ReadOnlySpan<byte> Key { get; }

    public uint Hash { get; }

    /// <summary>Encodes a key; false when it is longer than a key can be.</summary>
    public static bool TryEncode(string key, Span<byte> buffer, out KvLookup lookup)
    {
        if (!Encoding.UTF8.TryGetBytes(key, buffer, out var length))
        {
            lookup = default;
            return false;
        }

        lookup = new KvLookup(buffer[..length]);
        return true;
    }

    /// <summary>Seeded by the process, so that nobody outside can choose keys that collide.</summary>
    public static uint HashOf(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return (uint)hash.ToHashCode();
    }
}
