namespace OrleansTemporal.Timelines;

/// <summary>
/// What steps that follow each other come to, as one: every component that any of them has set, those that are as they were
/// before as well, since it counts for merges that they were set.
/// </summary>
internal readonly record struct StepComposition(int[] Indices, float[] Before, float[] After, long[] SetAt)
{
    /// <summary>Composes them. O(components), and sorting them.</summary>
    public static StepComposition Of(IReadOnlyList<TimelineStep> steps)
    {
        var total = steps.Sum(static step => step.Indices.Length);
        var (components, places) = (new int[total], new (int Step, int Place)[total]);
        var at = 0;
        for (var i = 0; i < steps.Count; i++)
        {
            var own = steps[i].Indices.Span;
            for (var place = 0; place < own.Length; place++)
            {
                (components[at], places[at]) = (own[place], (i, place));
                at++;
            }
        }

        // Equal components stay in the order of the steps.
        var order = IndexOrder.Of(components);
        var (indices, before, after, setAt) = (new List<int>(), new List<float>(), new List<float>(), new List<long>());
        for (var i = 0; i < order.Length;)
        {
            var last = i;
            while (last + 1 < order.Length && components[order[last + 1]] == components[order[i]])
            {
                last++;
            }

            var (first, final) = (places[order[i]], places[order[last]]);
            indices.Add(components[order[i]]);
            before.Add(steps[first.Step].Before[first.Place]);
            after.Add(steps[final.Step].After[final.Place]);
            setAt.Add(steps[final.Step].SetAt(final.Place));
            i = last + 1;
        }

        return new StepComposition([.. indices], [.. before], [.. after], [.. setAt]);
    }

    /// <summary>The components that are not among others, with their values and what set them.</summary>
    public (DeltaVector Vector, long[] SetAt) Without(int[] others, int dimensions)
    {
        var (indices, values, setAt) = (new List<int>(), new List<float>(), new List<long>());
        for (var i = 0; i < Indices.Length; i++)
        {
            if (Array.BinarySearch(others, Indices[i]) < 0)
            {
                indices.Add(Indices[i]);
                values.Add(After[i]);
                setAt.Add(SetAt[i]);
            }
        }

        return (DeltaVector.Trust(dimensions, [.. indices], [.. values]), [.. setAt]);
    }
}
