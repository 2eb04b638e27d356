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
        for (var block = 0; block < stale.Length; block++)
        {
            if (stale[block])
            {
                var first = block * BlockComponents;
                var components = state.Slice(first, Math.Min(BlockComponents, state.Length - first));
                TaggedHash.Hash(HashTag.StateBlock, MemoryMarshal.AsBytes(components)).CopyTo(hashes.AsSpan(block * Distinction.Size));
                stale[block] = false;
            }
        }

        return TaggedHash.Hash(HashTag.StateTree, hashes);
    }
}
