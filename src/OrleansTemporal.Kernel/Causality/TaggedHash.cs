using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace OrleansTemporal.Causality;

/// <summary>
/// SHA-256 (FIPS 180-4) over tag length (one byte) ‖ tag ‖ data. Two inputs share a distinction only if tag and data are
/// the same bytes; where data are several parts, all but one have a fixed length or carry it in front.
/// </summary>
public static class TaggedHash
{
    // So many inputs cost in lanes what they cost one by one.
    private const int LanesWorth = 5;

    [ThreadStatic]
    private static IncrementalHash? hasherOfThread;

    [ThreadStatic]
    private static Sha256Lanes? lanesOfThread;

    [ThreadStatic]
    private static uint checkedLane;

    /// <summary>Hashes data under a tag. Cost: about 0.1 µs and 0.6 ns a byte; allocates nothing.</summary>
    public static Distinction Hash(HashTag tag, ReadOnlySpan<byte> data) => Hash(tag, data, default);

    /// <summary>Hashes the concatenation of two parts under a tag.</summary>
    public static Distinction Hash(HashTag tag, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => HashParts(Prefix(tag), first, second);

    /// <summary>
    /// Hashes many inputs under one tag, to compare them with what <see cref="Hash(HashTag, ReadOnlySpan{byte})"/> made.
    /// Cost: where the processor has 512-bit vectors and the inputs are of about one length of at most 2 KB, a quarter of
    /// hashing them one by one.
    /// </summary>
    /// <param name="tag">The tag of all of them.</param>
    /// <param name="inputs">What is hashed.</param>
    /// <param name="hashes">Where the hashes go, in the order of the inputs.</param>
    public static void HashMany(HashTag tag, ReadOnlySpan<ReadOnlyMemory<byte>> inputs, Span<Distinction> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashes.Length, inputs.Length, nameof(hashes));
        var prefix = Prefix(tag);
        for (var from = 0; from < inputs.Length; from += Sha256Lanes.Count)
        {
            var some = inputs[from..Math.Min(inputs.Length, from + Sha256Lanes.Count)];
            if (Sha256Lanes.IsAvailable && IsEven(some, prefix.Length))
            {
                var lanes = lanesOfThread ??= new Sha256Lanes();
                for (var lane = 0; lane < some.Length; lane++)
                {
                    lanes.Set(lane, prefix, some[lane].Span);
                }

                lanes.Hash(some.Length, hashes[from..]);
                continue;
            }

            for (var i = 0; i < some.Length; i++)
            {
                hashes[from + i] = HashParts(prefix, some[i].Span, default);
            }
        }
    }

    /// <summary>
    /// Hashes blocks of one length under one tag. Where the processor has 512-bit vectors sixteen at a time are hashed in
    /// lanes, at about half the cost, and one of them, another one each time, by the library, too.
    /// </summary>
    /// <param name="tag">The tag of all of them.</param>
    /// <param name="data">What holds the blocks.</param>
    /// <param name="offsets">Where each begins in it.</param>
    /// <param name="length">Bytes of a block; at least 64.</param>
    /// <param name="hashes">Where the hashes go, in the order of the blocks.</param>
    /// <exception cref="InvalidOperationException">The library says another hash: neither can be believed.</exception>
    public static void HashBlocks(HashTag tag, ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, int length, Span<Distinction> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashes.Length, offsets.Length, nameof(hashes));
        var prefix = Prefix(tag);
        var from = 0;
        for (; Sha256Lanes.IsAvailable && offsets.Length - from >= Sha256Lanes.Count; from += Sha256Lanes.Count)
        {
            var lanes = lanesOfThread ??= new Sha256Lanes();
            lanes.Hash(prefix, data, offsets.Slice(from, Sha256Lanes.Count), length, hashes[from..]);
            var check = from + (int)(++checkedLane % Sha256Lanes.Count);
            if (hashes[check] != HashParts(prefix, data.Slice(offsets[check], length), default))
            {
                throw new InvalidOperationException("SHA-256 in the lanes of a vector is not that of the library.");
            }
        }

        for (; from < offsets.Length; from++)
        {
            hashes[from] = HashParts(prefix, data.Slice(offsets[from], length), default);
        }
    }

    // Lanes cost what the longest takes: worth it when, all together, the inputs are longer than a few times that.
    private static bool IsEven(ReadOnlySpan<ReadOnlyMemory<byte>> inputs, int prefixBytes)
    {
        var (longest, total) = (0, 0L);
        foreach (var input in inputs)
        {
            longest = Math.Max(longest, input.Length);
            total += input.Length;
        }

        return longest + prefixBytes <= Sha256Lanes.BytesMax && total > (long)longest * LanesWorth;
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
        HashTag.Erasure => "\u000Aot/erasure"u8,
        HashTag.StateBlock => "\u000Dot/stateblock"u8,
        HashTag.StateTree => "\u000Cot/statetree"u8,
        HashTag.Vector => "\u0009ot/vector"u8,
        HashTag.BatchDelta => "\u000Dot/batchdelta"u8,
        HashTag.DeltaBatch => "\u000Dot/deltabatch"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(tag)),
    };

    /// <summary>Hashes a buffer that starts with the tag's <see cref="Prefix"/> already.</summary>
    internal static Distinction HashPrefixed(ReadOnlySpan<byte> prefixed) => HashParts(prefixed, default, default);

    [SkipLocalsInit]
    private static Distinction HashParts(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> hash = stackalloc byte[Distinction.Size];
        if (!NativeSha256.IsAvailable
            || (long)prefix.Length + first.Length + second.Length > NativeSha256.BytesMax
            || !NativeSha256.TryHash(prefix, first, second, hash))
        {
            // One hash object per thread, reset by reading the hash.
            var hasher = hasherOfThread ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hasher.AppendData(prefix);
            hasher.AppendData(first);
            hasher.AppendData(second);
            hasher.GetHashAndReset(hash);
        }

        return Distinction.FromBytes(hash);
    }
}
