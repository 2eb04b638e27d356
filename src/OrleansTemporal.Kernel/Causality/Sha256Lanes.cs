using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansTemporal.Causality;

/// <summary>
/// SHA-256 (FIPS 180-4) of up to sixteen inputs at once, one in each lane of a 512-bit vector. Used to verify what
/// <see cref="TaggedHash"/> made (docs/decisions/0045-verifying-in-lanes.md), and for the blocks of a state, where one of
/// sixteen is made by the library, too (docs/decisions/0183-blocks-of-states-in-lanes.md). Not thread-safe: one for each thread.
/// </summary>
internal sealed class Sha256Lanes
{
    /// <summary>Inputs at once.</summary>
    public const int Count = 16;

    /// <summary>Longest input, its prefix included; sixteen of them stay in the first cache of a processor.</summary>
    public const int BytesMax = (LaneBlocks * BlockBytes) - PaddingBytesMin;

    private const int BlockBytes = 64;
    private const int LaneBlocks = 32;
    private const int PaddingBytesMin = 9;
    private const int WordCount = 16;
    private const int StateWords = 8;

    private static readonly uint[] RoundConstants =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private static readonly uint[] InitialState =
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    // The bytes of each 32-bit word the other way round.
    private static readonly Vector512<byte> BigEndian = Vector512.Create(
        Vector256.Create(Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)));

    private readonly byte[] inputs = new byte[Count * LaneBlocks * BlockBytes];
    private readonly int[] blockCounts = new int[Count];
    private readonly int[] lanes = [.. Enumerable.Range(0, Count).Select(static lane => lane * LaneBlocks * BlockBytes)];

    /// <summary>Whether this processor has what it takes.</summary>
    public static bool IsAvailable => Avx512F.IsSupported && Avx512BW.IsSupported;

    /// <summary>Copies an input, padded, to a lane.</summary>
    /// <param name="lane">From 0 to 15.</param>
    /// <param name="prefix">Its first bytes.</param>
    /// <param name="data">What follows; at most <see cref="BytesMax"/> with the prefix.</param>
    public void Set(int lane, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        var length = prefix.Length + data.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, BytesMax);
        var blocks = (length + PaddingBytesMin + BlockBytes - 1) / BlockBytes;
        var input = inputs.AsSpan(lane * LaneBlocks * BlockBytes, blocks * BlockBytes);
        prefix.CopyTo(input);
        data.CopyTo(input[prefix.Length..]);
        input[length] = 0x80;
        input[(length + 1)..].Clear();
        BinaryPrimitives.WriteInt64BigEndian(input[^sizeof(long)..], length * 8L);
        blockCounts[lane] = blocks;
    }

    /// <summary>Hashes what was set. Cost: that of the longest input, for all of them.</summary>
    /// <param name="count">Lanes in use, from the first.</param>
    /// <param name="hashes">Where the hashes go, one for each lane.</param>
    [SkipLocalsInit]
    public void Hash(int count, Span<Distinction> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(hashes.Length, count);
        Span<Vector512<uint>> state = stackalloc Vector512<uint>[StateWords];
        Span<Vector512<uint>> words = stackalloc Vector512<uint>[WordCount];
        Begin(state);
        var blocks = 0;
        foreach (var lane in blockCounts.AsSpan(0, count))
        {
            blocks = Math.Max(blocks, lane);
        }

        for (var block = 0; block < blocks; block++)
        {
            Load(inputs, lanes, block * BlockBytes, words);
            Compress(state, words);
            for (var lane = 0; lane < count; lane++)
            {
                if (blockCounts[lane] == block + 1)
                {
                    hashes[lane] = Read(state, lane);
                }
            }
        }
    }

    /// <summary>Hashes sixteen inputs of one length where they lie; only their first and last bytes are copied.</summary>
    /// <param name="prefix">First bytes of each; fewer than 64.</param>
    /// <param name="data">What holds all of them.</param>
    /// <param name="offsets">Where each begins in it; sixteen.</param>
    /// <param name="length">Bytes of each behind the prefix; at least 64.</param>
    /// <param name="hashes">Where the hashes go.</param>
    [SkipLocalsInit]
    public void Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, int length, Span<Distinction> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(offsets.Length, Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(hashes.Length, Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(prefix.Length, BlockBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, BlockBytes);
        var total = prefix.Length + length;
        var (whole, blocks) = (total / BlockBytes, (total + PaddingBytesMin + BlockBytes - 1) / BlockBytes);
        for (var lane = 0; lane < Count; lane++)
        {
            // The first block with the prefix, and behind it what is left with the padding.
            var input = data.Slice(offsets[lane], length);
            var edges = inputs.AsSpan(lanes[lane], (1 + blocks - whole) * BlockBytes);
            prefix.CopyTo(edges);
            input[..(BlockBytes - prefix.Length)].CopyTo(edges[prefix.Length..]);
            var tail = edges[BlockBytes..];
            tail.Clear();
            input[((whole * BlockBytes) - prefix.Length)..].CopyTo(tail);
            tail[total % BlockBytes] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(tail[^sizeof(long)..], total * 8L);
        }

        Span<Vector512<uint>> state = stackalloc Vector512<uint>[StateWords];
        Span<Vector512<uint>> words = stackalloc Vector512<uint>[WordCount];
        Begin(state);
        for (var block = 0; block < blocks; block++)
        {
            if (block > 0 && block < whole)
            {
                Load(data, offsets, (block * BlockBytes) - prefix.Length, words);
            }
            else
            {
                Load(inputs, lanes, block == 0 ? 0 : (1 + block - whole) * BlockBytes, words);
            }

            Compress(state, words);
        }

        for (var lane = 0; lane < Count; lane++)
        {
            hashes[lane] = Read(state, lane);
        }
    }

    private static void Begin(Span<Vector512<uint>> state)
    {
        for (var i = 0; i < StateWords; i++)
        {
            state[i] = Vector512.Create(InitialState[i]);
        }
    }

    private static Distinction Read(ReadOnlySpan<Vector512<uint>> state, int lane)
    {
        Span<byte> hash = stackalloc byte[Distinction.Size];
        for (var i = 0; i < StateWords; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash[(i * sizeof(uint))..], state[i][lane]);
        }

        return Distinction.FromBytes(hash);
    }

    // Sixteen blocks as sixteen vectors, each of one word of every lane. Lanes that have ended compute with leftovers.
    [SkipLocalsInit]
    private static void Load(ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, int at, Span<Vector512<uint>> words)
    {
        ref var input = ref MemoryMarshal.GetReference(data);
        Span<Vector512<uint>> pairs = stackalloc Vector512<uint>[WordCount];
        for (var lane = 0; lane < Count; lane++)
        {
            words[lane] = Avx512BW.Shuffle(Vector512.LoadUnsafe(ref input, (nuint)(offsets[lane] + at)), BigEndian).AsUInt32();
        }

        for (var i = 0; i < WordCount; i += 2)
        {
            pairs[i] = Avx512F.UnpackLow(words[i], words[i + 1]);
            pairs[i + 1] = Avx512F.UnpackHigh(words[i], words[i + 1]);
        }

        for (var i = 0; i < WordCount; i += 4)
        {
            words[i] = Avx512F.UnpackLow(pairs[i].AsUInt64(), pairs[i + 2].AsUInt64()).AsUInt32();
            words[i + 1] = Avx512F.UnpackHigh(pairs[i].AsUInt64(), pairs[i + 2].AsUInt64()).AsUInt32();
            words[i + 2] = Avx512F.UnpackLow(pairs[i + 1].AsUInt64(), pairs[i + 3].AsUInt64()).AsUInt32();
            words[i + 3] = Avx512F.UnpackHigh(pairs[i + 1].AsUInt64(), pairs[i + 3].AsUInt64()).AsUInt32();
        }

        // Even quarters, then odd ones.
        for (var i = 0; i < 4; i++)
        {
            pairs[i] = Avx512F.Shuffle4x128(words[i], words[4 + i], 0x88);
            pairs[4 + i] = Avx512F.Shuffle4x128(words[8 + i], words[12 + i], 0x88);
            pairs[8 + i] = Avx512F.Shuffle4x128(words[i], words[4 + i], 0xdd);
            pairs[12 + i] = Avx512F.Shuffle4x128(words[8 + i], words[12 + i], 0xdd);
        }

        for (var i = 0; i < 4; i++)
        {
            words[i] = Avx512F.Shuffle4x128(pairs[i], pairs[4 + i], 0x88);
            words[8 + i] = Avx512F.Shuffle4x128(pairs[i], pairs[4 + i], 0xdd);
            words[4 + i] = Avx512F.Shuffle4x128(pairs[8 + i], pairs[12 + i], 0x88);
            words[12 + i] = Avx512F.Shuffle4x128(pairs[8 + i], pairs[12 + i], 0xdd);
        }
    }

    private static void Compress(Span<Vector512<uint>> state, Span<Vector512<uint>> words)
    {
        ref var w = ref MemoryMarshal.GetReference(words);
        ref var constant = ref MemoryMarshal.GetArrayDataReference(RoundConstants);
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var round = 0; round < RoundConstants.Length; round += 8)
        {
            if (round >= WordCount)
            {
                Extend(ref w, round & (WordCount - 1));
            }

            ref var eight = ref Unsafe.Add(ref w, round & (WordCount - 1));
            ref var k = ref Unsafe.Add(ref constant, round);

            var t = Step(e, f, g, h, eight, k);
            d += t;
            h = t + Majority(a, b, c);
            t = Step(d, e, f, g, Unsafe.Add(ref eight, 1), Unsafe.Add(ref k, 1));
            c += t;
            g = t + Majority(h, a, b);
            t = Step(c, d, e, f, Unsafe.Add(ref eight, 2), Unsafe.Add(ref k, 2));
            b += t;
            f = t + Majority(g, h, a);
            t = Step(b, c, d, e, Unsafe.Add(ref eight, 3), Unsafe.Add(ref k, 3));
            a += t;
            e = t + Majority(f, g, h);
            t = Step(a, b, c, d, Unsafe.Add(ref eight, 4), Unsafe.Add(ref k, 4));
            h += t;
            d = t + Majority(e, f, g);
            t = Step(h, a, b, c, Unsafe.Add(ref eight, 5), Unsafe.Add(ref k, 5));
            g += t;
            c = t + Majority(d, e, f);
            t = Step(g, h, a, b, Unsafe.Add(ref eight, 6), Unsafe.Add(ref k, 6));
            f += t;
            b = t + Majority(c, d, e);
            t = Step(f, g, h, a, Unsafe.Add(ref eight, 7), Unsafe.Add(ref k, 7));
            e += t;
            a = t + Majority(b, c, d);
        }

        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }

    // The next eight words of the schedule, over the oldest eight of the sixteen that are kept.
    private static void Extend(ref Vector512<uint> w, int at)
    {
        for (var i = 0; i < 8; i++)
        {
            ref var word = ref Unsafe.Add(ref w, at + i);
            var second = Unsafe.Add(ref w, (at + i + 14) & (WordCount - 1));
            var fifteenth = Unsafe.Add(ref w, (at + i + 1) & (WordCount - 1));
            word += Unsafe.Add(ref w, (at + i + 9) & (WordCount - 1))
                + Xor(Avx512F.RotateRight(fifteenth, 7), Avx512F.RotateRight(fifteenth, 18), Vector512.ShiftRightLogical(fifteenth, 3))
                + Xor(Avx512F.RotateRight(second, 17), Avx512F.RotateRight(second, 19), Vector512.ShiftRightLogical(second, 10));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Step(Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, Vector512<uint> h, Vector512<uint> word, uint constant) =>
        h + word + Vector512.Create(constant)
            + Xor(Avx512F.RotateRight(e, 6), Avx512F.RotateRight(e, 11), Avx512F.RotateRight(e, 25))
            + Avx512F.TernaryLogic(e, f, g, 0xca);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Majority(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Xor(Avx512F.RotateRight(a, 2), Avx512F.RotateRight(a, 13), Avx512F.RotateRight(a, 22)) + Avx512F.TernaryLogic(a, b, c, 0xe8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Xor(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => Avx512F.TernaryLogic(a, b, c, 0x96);
}
