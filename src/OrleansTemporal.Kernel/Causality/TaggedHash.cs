using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace OrleansTemporal.Causality;

/// <summary>
/// SHA-256 (FIPS 180-4) over tag length (one byte) ‖ tag ‖ data. Two inputs share a distinction only if tag and data are
/// the same bytes; where data are several parts, all but one have a fixed length or carry it in front.
/// </summary>
public static class TaggedHash
{
    // Below this a copy to the stack is cheaper than further calls into the hash.
    private const int ContiguousMax = 2048;

    // One hash object per thread, reset by reading the hash: a quarter faster than SHA256.HashData on two blocks,
    // which makes and frees one each time.
    [ThreadStatic]
    private static IncrementalHash? hasherOfThread;

    private static IncrementalHash Hasher => hasherOfThread ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Hashes data under a tag. Cost: about 0.4 µs and 0.5 ns a byte; allocates nothing.</summary>
    public static Distinction Hash(HashTag tag, ReadOnlySpan<byte> data) => Hash(tag, data, default);

    /// <summary>Hashes the concatenation of two parts under a tag.</summary>
    [SkipLocalsInit]
    public static Distinction Hash(HashTag tag, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var prefix = Prefix(tag);
        var length = prefix.Length + first.Length + second.Length;
        if (length > ContiguousMax)
        {
            return HashParts(prefix, first, second);
        }

        Span<byte> input = stackalloc byte[ContiguousMax];
        prefix.CopyTo(input);
        first.CopyTo(input[prefix.Length..]);
        second.CopyTo(input[(prefix.Length + first.Length)..]);
        return HashPrefixed(input[..length]);
    }

    /// <summary>The bytes that stand in front of the data: the tag's length and the tag.</summary>
    internal static ReadOnlySpan<byte> Prefix(HashTag tag) => tag switch
    {
        HashTag.Agent => "\u0008ot/agent"u8,
        HashTag.Action => "\u0009ot/action"u8,
        HashTag.Synthesize => "\u000Dot/synthesize"u8,
        HashTag.Document => "\u000Bot/document"u8,
        HashTag.Commitment => "\u000Dot/commitment"u8,
        HashTag.Operation => "\u000Cot/operation"u8,
        HashTag.Primordial => "\u000Dot/primordial"u8,
        HashTag.Root => "\u0007ot/root"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(tag)),
    };

    /// <summary>Hashes a buffer that starts with the tag's <see cref="Prefix"/> already.</summary>
    internal static Distinction HashPrefixed(ReadOnlySpan<byte> prefixed)
    {
        var hasher = Hasher;
        hasher.AppendData(prefixed);
        return Finish(hasher);
    }

    private static Distinction HashParts(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var hasher = Hasher;
        hasher.AppendData(prefix);
        hasher.AppendData(first);
        hasher.AppendData(second);
        return Finish(hasher);
    }

    private static Distinction Finish(IncrementalHash hasher)
    {
        Span<byte> hash = stackalloc byte[Distinction.Size];
        hasher.GetHashAndReset(hash);
        return Distinction.FromBytes(hash);
    }
}
