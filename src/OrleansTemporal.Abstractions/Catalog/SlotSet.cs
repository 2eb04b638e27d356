using System.Collections.Immutable;
using System.Numerics;

namespace OrleansTemporal.Catalog;

/// <summary>Some of the 4,096 slots of a name. Immutable; two sets of the same slots are equal.</summary>
public sealed class SlotSet : IEquatable<SlotSet>
{
    private const int WordBits = 64;
    private const int WordCount = Limits.SlotCount / WordBits;

    private SlotSet(ImmutableArray<ulong> words) => Words = words;

    /// <summary>No slot.</summary>
    public static SlotSet Empty { get; } = Where(static _ => false);

    /// <summary>One bit for each slot, slot 0 the lowest of the first word.</summary>
    public ImmutableArray<ulong> Words { get; }

    /// <summary>How many slots are in it.</summary>
    public int Count => Words.Sum(static word => BitOperations.PopCount(word));

    /// <summary>The slots for which something holds.</summary>
    public static SlotSet Where(Func<int, bool> holds)
    {
        var words = new ulong[WordCount];
        for (var slot = 0; slot < Limits.SlotCount; slot++)
        {
            if (holds(slot))
            {
                words[slot / WordBits] |= 1ul << (slot % WordBits);
            }
        }

        return new SlotSet(ImmutableArray.Create(words));
    }

    /// <summary>Takes a set over from its words.</summary>
    /// <exception cref="ArgumentException">Not 64 words.</exception>
    public static SlotSet FromWords(ImmutableArray<ulong> words) =>
        words.Length == WordCount ? new SlotSet(words) : throw new ArgumentException($"A set of slots has {WordCount} words.", nameof(words));

    /// <summary>Whether a slot, 0 to 4095, is in it. O(1).</summary>
    public bool Contains(int slot) => (Words[slot / WordBits] >> (slot % WordBits) & 1) != 0;

    /// <summary>The slots of both.</summary>
    public SlotSet And(SlotSet other) => Where(slot => Contains(slot) && other.Contains(slot));

    /// <summary>Whether there is a slot of both.</summary>
    public bool Overlaps(SlotSet other)
    {
        for (var i = 0; i < WordCount; i++)
        {
            if ((Words[i] & other.Words[i]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(SlotSet? other) => other is not null && Words.AsSpan().SequenceEqual(other.Words.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SlotSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var word in Words)
        {
            hash.Add(word);
        }

        return hash.ToHashCode();
    }
}
