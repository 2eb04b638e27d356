using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// The keys under which runs hold expiries, behind every user's key: the reserved byte, their kind, the instant with its
/// highest byte first, the user's key (docs/formats/run.md).
/// </summary>
internal static class KvExpiryKeys
{
    /// <summary>Bytes at most.</summary>
    public const int BytesMax = KeyAt + Limits.KeyBytesMax;

    private const byte Kind = 3;
    private const int InstantAt = 2;
    private const int KeyAt = InstantAt + sizeof(ulong);

    /// <summary>What all of them begin with.</summary>
    public static ReadOnlyMemory<byte> Prefix { get; } = new byte[] { KvRunKeys.Reserved, Kind };

    /// <summary>True when the bytes are such a key and none of a user's.</summary>
    public static bool Holds(ReadOnlySpan<byte> key) => key.StartsWith(Prefix.Span);

    /// <summary>Writes one and returns its length.</summary>
    public static int Write(Span<byte> destination, HybridTimestamp expiresAt, string key)
    {
        (destination[0], destination[1]) = (KvRunKeys.Reserved, Kind);
        BinaryPrimitives.WriteUInt64BigEndian(destination[InstantAt..], expiresAt.Value);
        return KeyAt + Encoding.UTF8.GetBytes(key, destination[KeyAt..]);
    }

    /// <summary>The lowest that can stand behind a place.</summary>
    public static byte[] After(KvExpiryPlace place)
    {
        if (place.Key is null && place.ExpiresAt == HybridTimestamp.MaxValue)
        {
            return [KvRunKeys.Reserved, Kind + 1];
        }

        var key = new byte[BytesMax];
        var length = place.Key is { } name ? Write(key, place.ExpiresAt, name) : Write(key, new HybridTimestamp(place.ExpiresAt.Value + 1), "");
        return key[..length];
    }

    /// <summary>When the value ends.</summary>
    public static HybridTimestamp ExpiresAtOf(ReadOnlySpan<byte> key) => new(BinaryPrimitives.ReadUInt64BigEndian(key[InstantAt..]));

    /// <summary>The user's key.</summary>
    public static string KeyOf(ReadOnlySpan<byte> key) => Encoding.UTF8.GetString(key[KeyAt..]);
}
