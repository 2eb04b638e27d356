using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Lineage;

/// <summary>
/// The keys under which a storage agent's runs hold lineage, behind all keys of users (docs/formats/lineage.md): cause →
/// deltas that follow from it, and document → documents that refer to it.
/// </summary>
internal static class LineageKeys
{
    private const byte EffectKind = 1;
    private const byte ReferenceKind = 2;
    private const int EffectBytes = 2 + 4 + 8 + 2;
    private const int ReferenceHeadBytes = 4;

    public static ReadOnlyMemory<byte> AllReferences { get; } = new byte[] { KvRunKeys.Reserved, ReferenceKind };

    public static byte[] OfEffects(WriteId cause)
    {
        var key = new byte[EffectBytes];
        (key[0], key[1]) = (KvRunKeys.Reserved, EffectKind);
        BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(2), cause.AgentDigest);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(6), cause.Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(14), cause.Ordinal);
        return key;
    }

    /// <summary>The key of a reference; without a source, what the keys of all references to the target begin with.</summary>
    public static byte[] OfReference(string target, string source = "")
    {
        var targetBytes = Encoding.UTF8.GetByteCount(target);
        var key = new byte[ReferenceHeadBytes + targetBytes + Encoding.UTF8.GetByteCount(source)];
        (key[0], key[1]) = (KvRunKeys.Reserved, ReferenceKind);
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(2), (ushort)targetBytes);
        Encoding.UTF8.GetBytes(target, key.AsSpan(ReferenceHeadBytes));
        Encoding.UTF8.GetBytes(source, key.AsSpan(ReferenceHeadBytes + targetBytes));
        return key;
    }

    public static (string Target, string Source) ReadReference(ReadOnlySpan<byte> key)
    {
        var targetBytes = BinaryPrimitives.ReadUInt16BigEndian(key[2..]);
        return (Encoding.UTF8.GetString(key.Slice(ReferenceHeadBytes, targetBytes)), Encoding.UTF8.GetString(key[(ReferenceHeadBytes + targetBytes)..]));
    }

    /// <summary>Whether bytes that came from outside are the key of a reference.</summary>
    public static bool IsReference(ReadOnlySpan<byte> key) =>
        key.Length is > ReferenceHeadBytes and <= Storage.Runs.RunOptions.KeyBytesMax
        && key[0] == KvRunKeys.Reserved
        && key[1] == ReferenceKind
        && BinaryPrimitives.ReadUInt16BigEndian(key[2..]) <= key.Length - ReferenceHeadBytes;
}
