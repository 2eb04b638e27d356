namespace OrleansTemporal.Lifecycle;

/// <summary>
/// How fit a value is: what refers to it and follows from it, and how much it is read, less its age. With the default
/// weights, references + descendants + reads − days beyond the seventh, and fit from 2 on.
/// </summary>
public static class Fitness
{
    /// <summary>The bounds between the bands of a histogram, rising.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0, 1, 2, 4, 8];

    /// <summary>The score of a value.</summary>
    /// <param name="references">Documents that refer to it.</param>
    /// <param name="descendants">Deltas that follow from its write.</param>
    /// <param name="heat">Its reads, decayed.</param>
    /// <param name="age">Since it was written; a negative one is none.</param>
    /// <param name="weights">What counts how much.</param>
    public static double ScoreOf(long references, long descendants, double heat, TimeSpan age, LifecycleFitness weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var beyond = Math.Max(0, (age - weights.Grace).TotalDays);
        return (references * weights.Reference) + (descendants * weights.Descendant) + (heat * weights.Heat) - (beyond * weights.Day);
    }

    /// <summary>The band of a score: how many of <see cref="Bounds"/> it reaches.</summary>
    public static int BandOf(double score) => Bounds.Count(bound => score >= bound);
}
