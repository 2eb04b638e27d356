using System.Collections;

namespace OrleansTemporal.Timelines;

/// <summary>Some elements of an array that lie next to each other and are never written to again. O(1) to make.</summary>
/// <typeparam name="T">The elements.</typeparam>
public readonly struct ArrayPart<T> : IReadOnlyList<T>
{
    private readonly T[]? array;
    private readonly int start;

    /// <summary>Takes a part of an array over.</summary>
    internal ArrayPart(T[] array, int start, int length) => (this.array, this.start, Length) = (array, start, length);

    /// <summary>Takes an array over.</summary>
    internal ArrayPart(T[] array)
        : this(array, 0, array.Length)
    {
    }

    /// <summary>How many there are.</summary>
    public int Length { get; }

    /// <summary>The elements.</summary>
    public ReadOnlySpan<T> Span => array.AsSpan(start, Length);

    /// <summary>The elements, to be kept.</summary>
    public ReadOnlyMemory<T> Memory => array.AsMemory(start, Length);

    int IReadOnlyCollection<T>.Count => Length;

    /// <summary>The array that they are in, with others beside them; null for the default value.</summary>
    internal T[]? Whole => array;

    /// <summary>One of them.</summary>
    /// <exception cref="IndexOutOfRangeException">There is none at this place.</exception>
    public T this[int place] => Span[place];

    /// <summary>Copies them to an array of their own. O(n).</summary>
    public T[] ToArray() => Span.ToArray();

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < Length; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
