using System.Collections.Immutable;
using System.Numerics;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Finds components that change in the same steps. Each of the most frequent ones gets a row of bits, one for each step, so
/// that two are compared 64 steps at a time; differences are only multiplied where both have changed. Pairs that reach a
/// threshold connect their components to groups (union–find with halving of paths; Tarjan and van Leeuwen, "Worst-case
/// analysis of set union algorithms", JACM 1984). Steps are taken in first, which reads them; the search reads nothing more.
/// </summary>
public sealed class CoOccurrenceFinder
{
    private const int WordBits = 64;

    private readonly int stepCount;
    private readonly int[] components;
    private readonly ulong[][] bits;
    private readonly List<double>[] differences;
    private readonly double[] sums;
    private readonly double[] squares;

    /// <summary>Takes steps in. O(their components).</summary>
    /// <param name="steps">The steps, oldest first.</param>
    /// <param name="changesMin">Components that changed in fewer are left out.</param>
    /// <param name="componentsMax">Components at most: those that changed most often, of equals the smaller.</param>
    public CoOccurrenceFinder(IReadOnlyList<TimelineStep> steps, int changesMin, int componentsMax)
    {
        ArgumentNullException.ThrowIfNull(steps);
        stepCount = steps.Count;
        var changes = new Dictionary<int, int>();
        foreach (var index in steps.SelectMany(static step => step.Indices))
        {
            changes[index] = changes.GetValueOrDefault(index) + 1;
        }

        components = [.. changes.Where(pair => pair.Value >= changesMin).OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key).Take(componentsMax).Select(static pair => pair.Key).Order()];
        bits = [.. components.Select(_ => new ulong[(stepCount + WordBits - 1) / WordBits])];
        differences = [.. components.Select(component => new List<double>(changes[component]))];
        (sums, squares) = (new double[components.Length], new double[components.Length]);
        for (var i = 0; i < stepCount; i++)
        {
            TakeIn(steps[i], i);
        }
    }

    /// <summary>Components that are compared.</summary>
    public int ComponentCount => components.Length;

    /// <summary>Compares all of them, two by two. O(components² · steps / 64).</summary>
    /// <param name="by">What is measured.</param>
    /// <param name="threshold">Pairs with at least this, that have changed together at least once.</param>
    /// <param name="limit">Pairs of the answer at most.</param>
    /// <param name="cancellationToken">Ends it between two components.</param>
    public CoOccurrence Find(CoOccurrenceMeasure by, double threshold, int limit, CancellationToken cancellationToken)
    {
        var found = new List<CoOccurringPair>();
        var parents = Enumerable.Range(0, components.Length).ToArray();
        for (var left = 0; left < components.Length; left++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var right = left + 1; right < components.Length; right++)
            {
                if (Compare(left, right) is { } pair && MeasureOf(pair, by) >= threshold)
                {
                    found.Add(pair);
                    parents[RootOf(parents, left)] = RootOf(parents, right);
                }
            }
        }

        return new CoOccurrence
        {
            StepCount = stepCount,
            ComponentCount = components.Length,
            Pairs = [.. found.OrderByDescending(pair => MeasureOf(pair, by)).ThenByDescending(static pair => pair.Together).ThenBy(static pair => pair.Left).ThenBy(static pair => pair.Right).Take(limit)],
            PairCount = found.Count,
            Groups = [.. Enumerable.Range(0, components.Length).GroupBy(at => RootOf(parents, at), at => components[at]).Where(static group => group.Skip(1).Any())
                .Select(static group => group.Order().ToImmutableArray()).OrderByDescending(static group => group.Length).ThenBy(static group => group[0])],
        };
    }

    private void TakeIn(TimelineStep step, int at)
    {
        // Both ascend.
        var row = 0;
        var indices = step.Indices.Span;
        for (var place = 0; place < indices.Length && row < components.Length; place++)
        {
            while (row < components.Length && components[row] < indices[place])
            {
                row++;
            }

            if (row < components.Length && components[row] == indices[place])
            {
                var difference = (double)step.After[place] - step.Before[place];
                bits[row][at / WordBits] |= 1UL << (at % WordBits);
                differences[row].Add(difference);
                sums[row] += difference;
                squares[row] += difference * difference;
            }
        }
    }

    private CoOccurringPair? Compare(int left, int right)
    {
        var together = 0;
        for (var word = 0; word < bits[left].Length; word++)
        {
            together += BitOperations.PopCount(bits[left][word] & bits[right][word]);
        }

        if (together == 0)
        {
            return null;
        }

        var (first, second) = (differences[left].Count, differences[right].Count);
        return new CoOccurringPair(
            components[left],
            components[right],
            together,
            first,
            second,
            (double)together / (first + second - together),
            (double)together * stepCount / ((double)first * second),
            Correlate(left, right));
    }

    private double Correlate(int left, int right)
    {
        var (products, leftAt, rightAt) = (0d, 0, 0);
        for (var word = 0; word < bits[left].Length; word++)
        {
            var (ours, theirs) = (bits[left][word], bits[right][word]);
            for (var both = ours & theirs; both != 0; both &= both - 1)
            {
                var before = (1UL << BitOperations.TrailingZeroCount(both)) - 1;
                products += differences[left][leftAt + BitOperations.PopCount(ours & before)] * differences[right][rightAt + BitOperations.PopCount(theirs & before)];
            }

            leftAt += BitOperations.PopCount(ours);
            rightAt += BitOperations.PopCount(theirs);
        }

        var spread = Math.Sqrt(((squares[left] * stepCount) - (sums[left] * sums[left])) * ((squares[right] * stepCount) - (sums[right] * sums[right])));
        return spread > 0 && double.IsFinite(spread) ? Math.Clamp(((products * stepCount) - (sums[left] * sums[right])) / spread, -1, 1) : 0;
    }

    private static double MeasureOf(CoOccurringPair pair, CoOccurrenceMeasure by) => by switch
    {
        CoOccurrenceMeasure.Lift => pair.Lift,
        CoOccurrenceMeasure.Correlation => Math.Abs(pair.Correlation),
        _ => pair.CoOccurrence,
    };

    private static int RootOf(int[] parents, int at)
    {
        while (parents[at] != at)
        {
            at = parents[at] = parents[parents[at]];
        }

        return at;
    }
}
