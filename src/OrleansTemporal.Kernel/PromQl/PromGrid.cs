namespace OrleansTemporal.PromQl;

/// <summary>The steps that a query is answered for, in milliseconds since 1970.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">The end that was asked for: the last step is not behind it.</param>
/// <param name="Step">From one to the next; 0 for a single one.</param>
/// <param name="Count">How many.</param>
public readonly record struct PromGrid(long Start, long End, long Step, int Count)
{
    /// <summary>A single moment.</summary>
    public static PromGrid Instant(long at) => new(at, at, 0, 1);

    /// <summary>Steps from a start to an end, both included where a step falls on them.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>malformed_query</c>: more than <see cref="Limits.PromPointsMax"/> steps, no step, or an end before the start.</exception>
    public static PromGrid Range(long start, long end, long step)
    {
        if (end < start || step <= 0)
        {
            throw PromErrors.Malformed("The end is not before the start, and the step is longer than nothing.");
        }

        var steps = ((Int128)end - start) / step;
        return steps <= Limits.PromPointsMax
            ? new PromGrid(start, end, step, (int)steps + 1)
            : throw PromErrors.TooLarge($"An answer has at most {Limits.PromPointsMax} steps; a longer step makes fewer.", Limits.PromPointsMax);
    }

    /// <summary>A step.</summary>
    public long At(int index) => Start + (index * Step);
}
