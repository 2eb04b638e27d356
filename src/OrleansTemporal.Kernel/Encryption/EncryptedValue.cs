using System.Buffers.Binary;

namespace OrleansTemporal.Encryption;

/// <summary>
/// Where the parts of an encrypted value stand (docs/formats/kv-payload.md): version ‖ 16 bytes id of the data key ‖ 12 bytes
/// nonce ‖ ciphertext ‖ 16 bytes tag. The cipher is AES-256-GCM (NIST SP 800-38D).
/// </summary>
public static class EncryptedValue
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 12;

    /// <summary>Bytes of a tag.</summary>
    public const int TagBytes = 16;

    /// <summary>Bytes beside the ciphertext, which is as long as the value.</summary>
    public const int OverheadBytes = CiphertextAt + TagBytes;

    /// <summary>Most bytes of what the tag holds for beside the value.</summary>
    public const int AssociatedBytesMax = NonceAt + sizeof(ushort) + AgentBytesMax + Limits.KeyBytesMax;

    private const byte Version = 1;
    private const int NonceAt = 1 + DataKeyId.Size;
    private const int CiphertextAt = NonceAt + NonceBytes;
    private const int AgentBytesMax = 1_024;

    /// <summary>Reads which key a value is encrypted under; false when the bytes are no encrypted value.</summary>
    public static bool TryReadKey(ReadOnlySpan<byte> stored, out DataKeyId key)
    {
        var isOne = stored.Length > OverheadBytes && stored[0] == Version;
        key = isOne ? DataKeyId.FromBytes(stored[1..NonceAt]) : default;
        return isOne;
    }

    /// <summary>Writes the front of a value: everything but ciphertext and tag.</summary>
    public static void WriteHead(Span<byte> stored, DataKeyId key, ReadOnlySpan<byte> nonce)
    {
        stored[0] = Version;
        key.CopyTo(stored[1..]);
        nonce.CopyTo(stored[NonceAt..CiphertextAt]);
    }

    /// <summary>The nonce.</summary>
    public static ReadOnlySpan<byte> NonceOf(ReadOnlySpan<byte> stored) => stored[NonceAt..CiphertextAt];

    /// <summary>The ciphertext.</summary>
    public static ReadOnlySpan<byte> CiphertextOf(ReadOnlySpan<byte> stored) => stored[CiphertextAt..^TagBytes];

    /// <summary>Room for the ciphertext.</summary>
    public static Span<byte> CiphertextOf(Span<byte> stored) => stored[CiphertextAt..^TagBytes];

    /// <summary>The tag.</summary>
    public static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> stored) => stored[^TagBytes..];

    /// <summary>Room for the tag.</summary>
    public static Span<byte> TagOf(Span<byte> stored) => stored[^TagBytes..];

    /// <summary>
    /// What the tag holds for beside the value, so that no value passes for that of another agent, document or key: version ‖
    /// id of the data key ‖ u16 length of the agent's text ‖ the agent ‖ the document's key.
    /// </summary>
    /// <param name="destination">At least <see cref="AssociatedBytesMax"/> bytes.</param>
    /// <param name="id">The data key.</param>
    /// <param name="agent">The agent's text.</param>
    /// <param name="key">The document's key in UTF-8.</param>
    /// <returns>How many bytes were written.</returns>
    public static int WriteAssociated(Span<byte> destination, DataKeyId id, ReadOnlySpan<byte> agent, ReadOnlySpan<byte> key)
    {
        destination[0] = Version;
        id.CopyTo(destination[1..]);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[NonceAt..], checked((ushort)agent.Length));
        agent.CopyTo(destination[(NonceAt + sizeof(ushort))..]);
        key.CopyTo(destination[(NonceAt + sizeof(ushort) + agent.Length)..]);
        return NonceAt + sizeof(ushort) + agent.Length + key.Length;
    }
}
