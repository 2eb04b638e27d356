using System.Numerics;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Some components of a dense vector of float32: indices in ascending order, each once, with a value for each. Whether the
/// values are new ones or differences is said by who uses it. Immutable.
/// </summary>
public sealed class DeltaVector
{
    /// <summary>Bytes of a component's place and value as they are counted: four each.</summary>
    public const int EntryBytes = sizeof(int) + sizeof(float);

    private readonly int[] indices;
    private readonly float[] values;

    private DeltaVector(int dimensions, int[] indices, float[] values)
    {
        Dimensions = dimensions;
        this.indices = indices;
        this.values = values;
    }

    /// <summary>Components of the dense vector.</summary>
    public int Dimensions { get; }

    /// <summary>Components that are named here.</summary>
    public int Count => indices.Length;

    /// <summary>Their places, ascending, from 0.</summary>
    public ReadOnlySpan<int> Indices => indices;

    /// <summary>Their values, finite.</summary>
    public ReadOnlySpan<float> Values => values;

    // Never written to, so steps keep them as they are.
    internal int[] Places => indices;

    internal float[] Numbers => values;

    /// <summary>No component.</summary>
    public static DeltaVector Empty(int dimensions) => new(dimensions, [], []);

    /// <summary>Checks and copies components that come from outside; in any order. O(n log n), O(n) when they are in order.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: lengths differ, an index is out of range or there twice, a value is not finite.</exception>
    public static DeltaVector Create(int dimensions, ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        if (indices.Length != values.Length)
        {
            throw Refuse("values", $"There are {indices.Length} indices and {values.Length} values.");
        }

        var (places, numbers) = (indices.ToArray(), values.ToArray());
        if (!IsAscending(places))
        {
            Array.Sort(places, numbers);
            RequireOnce(places, numbers, dimensions);
        }
        else if (places.Length > 0 && (places[0] < 0 || places[^1] >= dimensions || !FiniteValues.All(numbers)))
        {
            RequireOnce(places, numbers, dimensions);
        }

        return new DeltaVector(dimensions, places, numbers);
    }

    // Says which of sorted components the first is that can not be.
    private static void RequireOnce(int[] places, float[] numbers, int dimensions)
    {
        for (var i = 0; i < places.Length; i++)
        {
            if ((uint)places[i] >= (uint)dimensions)
            {
                throw Refuse("indices", $"An index is from 0 to {dimensions - 1}, not {places[i]}.");
            }

            if (i > 0 && places[i] == places[i - 1])
            {
                throw Refuse("indices", $"Index {places[i]} is there twice.");
            }

            if (!float.IsFinite(numbers[i]))
            {
                throw Refuse("values", $"The value of index {places[i]} is not finite.");
            }
        }
    }

    private static bool IsAscending(ReadOnlySpan<int> places)
    {
        var i = 1;
        for (; i <= places.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (!Vector.GreaterThanAll(new Vector<int>(places[i..]), new Vector<int>(places[(i - 1)..])))
            {
                return false;
            }
        }

        for (; i < places.Length; i++)
        {
            if (places[i] <= places[i - 1])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes over the first components of arrays that are in order, in range and finite, as those of another vector are.</summary>
    /// <param name="dimensions">Components of the dense vector.</param>
    /// <param name="indices">Places, ascending; never written to again.</param>
    /// <param name="values">A value for each; never written to again.</param>
    /// <param name="count">How many of both count.</param>
    public static DeltaVector Take(int dimensions, int[] indices, float[] values, int count) =>
        count == indices.Length ? new(dimensions, indices, values) : new(dimensions, indices[..count], values[..count]);

    /// <summary>Takes over arrays that are known to be in order, in range and finite.</summary>
    internal static DeltaVector Trust(int dimensions, int[] indices, float[] values) => new(dimensions, indices, values);

    /// <summary>
    /// The components of a dense vector that are to be written so that it replaces another, with their new values. A
    /// component counts when it differs by more than <paramref name="minComponentDiff"/>, or in any bit when that is 0.
    /// O(dimensions), vectorised.
    /// </summary>
    public static DeltaVector Changes(ReadOnlySpan<float> from, ReadOnlySpan<float> to, float minComponentDiff)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length);
        var indices = StateDiff.Find(from, to, minComponentDiff);
        var values = new float[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            values[i] = to[indices[i]];
        }

        return new DeltaVector(from.Length, indices, values);
    }

    /// <summary>Writes the values over those of a dense vector. O(count).</summary>
    public void SetIn(Span<float> state)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Length, Dimensions);
        for (var i = 0; i < indices.Length; i++)
        {
            state[indices[i]] = values[i];
        }
    }

    /// <summary>Adds the values to those of a dense vector. O(count). Not exactly undone by adding the inverse: float32 rounds.</summary>
    public void AddTo(Span<float> state)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Length, Dimensions);
        for (var i = 0; i < indices.Length; i++)
        {
            state[indices[i]] += values[i];
        }
    }

    /// <summary>The differences with their signs turned. O(count).</summary>
    public DeltaVector Invert() => new(Dimensions, indices, Array.ConvertAll(values, static value => -value));

    /// <summary>These differences, then others: values are added in double precision, and components that come to 0 are left out. O(n + m).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dense vectors have other dimensions.</exception>
    public DeltaVector ThenAdd(DeltaVector later) => Merge<Adding>(later);

    /// <summary>These new values, then others: the later value of a component counts. O(n + m).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dense vectors have other dimensions.</exception>
    public DeltaVector ThenSet(DeltaVector later) => Merge<Setting>(later);

    /// <summary>Differences, one after the other, as one: values are added in double precision and rounded once, and components that come to 0 are left out. O(n) for n components of all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or the dense vectors have other dimensions.</exception>
    public static DeltaVector Sum(ReadOnlySpan<DeltaVector> vectors)
    {
        ArgumentOutOfRangeException.ThrowIfZero(vectors.Length);
        var total = 0;
        foreach (var vector in vectors)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Dimensions, vectors[0].Dimensions);
            total += vector.Count;
        }

        var (places, numbers) = (new int[total], new float[total]);
        var at = 0;
        foreach (var vector in vectors)
        {
            vector.indices.CopyTo(places, at);
            vector.values.CopyTo(numbers, at);
            at += vector.Count;
        }

        return Add(vectors[0].Dimensions, places, numbers, IndexOrder.Of(places));
    }

    private static DeltaVector Add(int dimensions, int[] places, float[] numbers, int[] order)
    {
        var (indices, values) = (new int[order.Length], new float[order.Length]);
        var count = 0;
        for (var i = 0; i < order.Length;)
        {
            var (index, sum) = (places[order[i]], 0d);
            for (; i < order.Length && places[order[i]] == index; i++)
            {
                sum += numbers[order[i]];
            }

            (indices[count], values[count]) = (index, (float)sum);
            count += values[count] != 0 ? 1 : 0;
        }

        return Take(dimensions, indices, values, count);
    }

    private DeltaVector Merge<TRule>(DeltaVector later)
        where TRule : struct, IRule
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(later.Dimensions, Dimensions);
        var places = new int[Count + later.Count];
        var numbers = new float[places.Length];
        var (i, j, count) = (0, 0, 0);
        while (i < indices.Length && j < later.indices.Length)
        {
            var (first, second) = (indices[i], later.indices[j]);
            var (place, number) = first < second ? (first, values[i]) : second < first ? (second, later.values[j]) : (first, TRule.Both(values[i], later.values[j]));
            i += first <= second ? 1 : 0;
            j += second <= first ? 1 : 0;
            (places[count], numbers[count]) = (place, number);
            count += TRule.Keeps(number) ? 1 : 0;
        }

        count = Append<TRule>(indices, values, i, places, numbers, count);
        count = Append<TRule>(later.indices, later.values, j, places, numbers, count);
        return new DeltaVector(Dimensions, places[..count], numbers[..count]);
    }

    private static int Append<TRule>(int[] from, float[] fromValues, int first, int[] places, float[] numbers, int count)
        where TRule : struct, IRule
    {
        for (var i = first; i < from.Length; i++)
        {
            (places[count], numbers[count]) = (from[i], fromValues[i]);
            count += TRule.Keeps(fromValues[i]) ? 1 : 0;
        }

        return count;
    }

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };

    private interface IRule
    {
        static abstract float Both(float first, float second);

        static abstract bool Keeps(float value);
    }

    private readonly struct Adding : IRule
    {
        public static float Both(float first, float second) => (float)((double)first + second);

        public static bool Keeps(float value) => value != 0;
    }

    private readonly struct Setting : IRule
    {
        public static float Both(float first, float second) => second;

        public static bool Keeps(float value) => true;
    }
}
