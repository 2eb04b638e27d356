using System.Numerics;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Kv;

/// <summary>The spare arrays of one type, for all agents of the process: of each length that one of them has needed.</summary>
internal static class SparesOf<T>
{
    /// <summary>How many of a length lie ready at most.</summary>
    public const int SparesMax = 2;

    private const int LengthBits = 31;

    private static readonly T[]?[] Spares = new T[]?[LengthBits * SparesMax];
    private static int lengths;

    static SparesOf() => SpareArrays.Register(Provide);

    /// <summary>An array of zeros; made now when none lies ready.</summary>
    /// <param name="length">A power of two.</param>
    public static T[] Take(int length)
    {
        Interlocked.Or(ref lengths, length);
        SpareArrays.Want();
        foreach (ref var spare in Of(length))
        {
            if (Interlocked.Exchange(ref spare, null) is { } ready)
            {
                return ready;
            }
        }

        return new T[length];
    }

    /// <summary>An array that is written before it is read: a spare one when it is of the length that most have.</summary>
    public static T[] TakeSlab(int length, int usualLength) => length == usualLength ? Take(length) : GC.AllocateUninitializedArray<T>(length);

    private static Span<T[]?> Of(int length) => Spares.AsSpan(BitOperations.Log2((uint)length) * SparesMax, SparesMax);

    private static void Provide()
    {
        for (var left = Volatile.Read(ref lengths); left != 0; left &= left - 1)
        {
            var length = 1 << BitOperations.TrailingZeroCount(left);
            foreach (ref var spare in Of(length))
            {
                if (Volatile.Read(ref spare) is null)
                {
                    Interlocked.CompareExchange(ref spare, Written(length), null);
                }
            }
        }
    }

    // Where a value is nothing but numbers, clearing it writes to each page; references are few enough to be left to their user.
    private static T[] Written(int length)
    {
        var made = new T[length];
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(made);
        }

        return made;
    }
}
