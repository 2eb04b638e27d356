using System.Runtime.InteropServices;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>
/// A hash of a dense vector that costs what has changed since it was last asked for: SHA-256 of each block of 1,024
/// components (4 KiB, little-endian), then of all block hashes. Not thread-safe.
/// </summary>
public sealed class StateTree
{
    /// <summary>Components of a block.</summary>
    public const int BlockComponents = 1_024;

    private const int BlockBytes = BlockComponents * sizeof(float);

    // Hashed in one go; the processor may do several at once.
    private const int BlocksAtOnce = 64;

    private readonly byte[] hashes;
    private readonly bool[] stale;

    /// <summary>Makes the tree of a vector whose blocks were not hashed yet.</summary>
    public StateTree(int dimensions)
    {
        stale = new bool[(dimensions + BlockComponents - 1) / BlockComponents];
        hashes = new byte[stale.Length * Distinction.Size];
        Array.Fill(stale, true);
    }

    /// <summary>Notes that components have changed.</summary>
    public void Touch(ReadOnlySpan<int> indices)
    {
        foreach (var index in indices)
        {
            stale[(uint)index / BlockComponents] = true;
        }
    }

    /// <summary>The hash. O(changed blocks), and 32 bytes for each block.</summary>
    public Distinction Root(ReadOnlySpan<float> state)
    {
        var bytes = MemoryMarshal.AsBytes(state);
        Span<int> offsets = stackalloc int[BlocksAtOnce];
        var count = 0;
        for (var block = 0; block < stale.Length; block++)
        {
            if (!stale[block])
            {
                continue;
            }

            stale[block] = false;
            if (bytes.Length - (block * BlockBytes) < BlockBytes)
            {
                TaggedHash.Hash(HashTag.StateBlock, bytes[(block * BlockBytes)..]).CopyTo(hashes.AsSpan(block * Distinction.Size));
                continue;
            }

            offsets[count++] = block * BlockBytes;
            if (count == BlocksAtOnce)
            {
                Renew(bytes, offsets);
                count = 0;
            }
        }

        Renew(bytes, offsets[..count]);
        return TaggedHash.Hash(HashTag.StateTree, hashes);
    }

    private void Renew(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> offsets)
    {
        Span<Distinction> renewed = stackalloc Distinction[BlocksAtOnce];
        TaggedHash.HashBlocks(HashTag.StateBlock, bytes, offsets, BlockBytes, renewed);
        for (var i = 0; i < offsets.Length; i++)
        {
            renewed[i].CopyTo(hashes.AsSpan(offsets[i] / BlockBytes * Distinction.Size));
        }
    }
}
