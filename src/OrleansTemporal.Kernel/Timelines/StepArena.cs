namespace OrleansTemporal.Timelines;

/// <summary>
/// Where the components of steps are kept: many steps share an array, so that the collector, which looks at every object that
/// lives and moves the young ones, has one for thousands of components instead of three for each step. Not thread-safe;
/// what was handed out may be read by anybody, since nothing is written twice.
/// </summary>
internal sealed class StepArena
{
    private const int EntriesMin = 64;
    private const int EntriesMax = 32 << 10;

    // A step that would fill more than this part of an array has its own.
    private const int OwnShare = 8;

    private int[] indices = [];
    private float[] before = [];
    private float[] after = [];
    private int used;

    /// <summary>Writes values into a state, and keeps them with those of before. O(components).</summary>
    public StepEntries Replace(Span<float> state, DeltaVector set)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Length, set.Dimensions);
        if (set.Count > EntriesMax / OwnShare)
        {
            var old = new float[set.Count];
            Exchange(state, set.Indices, set.Values, old);
            return new StepEntries(new(set.Places), new(old), new(set.Numbers));
        }

        var start = Reserve(set.Count);
        set.Indices.CopyTo(indices.AsSpan(start));
        set.Values.CopyTo(after.AsSpan(start));
        Exchange(state, set.Indices, set.Values, before.AsSpan(start, set.Count));
        return Part(start, set.Count);
    }

    /// <summary>Keeps what lies somewhere else. O(components).</summary>
    public StepEntries Copy(in StepEntries entries)
    {
        var start = Reserve(entries.Indices.Length);
        entries.Indices.Span.CopyTo(indices.AsSpan(start));
        entries.Before.Span.CopyTo(before.AsSpan(start));
        entries.After.Span.CopyTo(after.AsSpan(start));
        return Part(start, entries.Indices.Length);
    }

    /// <summary>Begins new arrays with what comes next.</summary>
    public void Leave() => (indices, before, after, used) = ([], [], [], 0);

    /// <summary>Writes values into a state; the values of before go to <paramref name="old"/>. O(components).</summary>
    public static void Exchange(Span<float> state, ReadOnlySpan<int> places, ReadOnlySpan<float> values, Span<float> old)
    {
        for (var i = 0; i < places.Length && i < values.Length && i < old.Length; i++)
        {
            ref var component = ref state[places[i]];
            old[i] = component;
            component = values[i];
        }
    }

    private StepEntries Part(int start, int count) => new(new(indices, start, count), new(before, start, count), new(after, start, count));

    private int Reserve(int count)
    {
        if (used + count > indices.Length)
        {
            // A timeline of few steps has small arrays.
            var length = Math.Max(count, Math.Clamp(indices.Length * 2, EntriesMin, EntriesMax));
            indices = GC.AllocateUninitializedArray<int>(length);
            before = GC.AllocateUninitializedArray<float>(length);
            after = GC.AllocateUninitializedArray<float>(length);
            used = 0;
        }

        used += count;
        return used - count;
    }
}
