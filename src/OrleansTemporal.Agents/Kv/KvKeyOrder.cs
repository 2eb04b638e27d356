using System.Buffers.Binary;

namespace OrleansTemporal.Kv;

/// <summary>Brings entries into the order of their keys' bytes.</summary>
internal static class KvKeyOrder
{
    private const int WordBytes = sizeof(ulong);

    /// <summary>
    /// The entries from <paramref name="first"/> to below <paramref name="end"/> in order. Most comparisons are of one
    /// number, the eight bytes behind what all keys begin with.
    /// </summary>
    public static int[] Sort(KvGeneration generation, int first, int end)
    {
        var entries = new int[end - first];
        var words = new ulong[entries.Length];
        var common = CommonLength(generation, first, end);
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = first + i;
            words[i] = WordOf(generation.KeyOf(first + i)[common..]);
        }

        Array.Sort(words, entries);
        var start = 0;
        for (var i = 1; i <= words.Length; i++)
        {
            if (i == words.Length || words[i] != words[start])
            {
                if (i - start > 1)
                {
                    entries.AsSpan(start, i - start).Sort((left, right) => Compare(generation, left, right));
                }

                start = i;
            }
        }

        return entries;
    }

    /// <summary>Two ordered arrays as one.</summary>
    public static int[] Merge(KvGeneration generation, int[] left, int[] right)
    {
        var merged = new int[left.Length + right.Length];
        var (l, r) = (0, 0);
        for (var i = 0; i < merged.Length; i++)
        {
            merged[i] = r == right.Length || (l < left.Length && Compare(generation, left[l], right[r]) < 0) ? left[l++] : right[r++];
        }

        return merged;
    }

    private static int Compare(KvGeneration generation, int left, int right) => generation.KeyOf(left).SequenceCompareTo(generation.KeyOf(right));

    private static int CommonLength(KvGeneration generation, int first, int end)
    {
        var common = generation.KeyOf(first);
        for (var i = first + 1; i < end && common.Length > 0; i++)
        {
            common = common[..common.CommonPrefixLength(generation.KeyOf(i))];
        }

        return common.Length;
    }

    // A shorter key is padded with zeros: equal words are compared whole.
    private static ulong WordOf(ReadOnlySpan<byte> rest)
    {
        Span<byte> padded = stackalloc byte[WordBytes];
        rest[..Math.Min(rest.Length, WordBytes)].CopyTo(padded);
        padded[Math.Min(rest.Length, WordBytes)..].Clear();
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
