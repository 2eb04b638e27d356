using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>Goal: pairs, their measures and their groups are those that counting every step by itself comes to.</summary>
public sealed class CoOccurrenceFinderTests
{
    private const int Dimensions = 30;

    [Theory]
    [InlineData(1, CoOccurrenceMeasure.CoOccurrence, 0.3)]
    [InlineData(2, CoOccurrenceMeasure.Lift, 1.2)]
    [InlineData(3, CoOccurrenceMeasure.Correlation, 0.2)]
    [InlineData(4, CoOccurrenceMeasure.CoOccurrence, 0.5)]
    [InlineData(5, CoOccurrenceMeasure.Correlation, 0.3)]
    public void pairs_are_those_that_counting_finds(int seed, CoOccurrenceMeasure by, double threshold)
    {
        var steps = Steps(new Random(seed), 150);
        var found = new CoOccurrenceFinder(steps, 2, Dimensions).Find(by, threshold, 10_000, CancellationToken.None);
        var expected = new List<(int Left, int Right)>();
        for (var left = 0; left < Dimensions; left++)
        {
            for (var right = left + 1; right < Dimensions; right++)
            {
                if (Naive(steps, left, right) is { } pair && (by switch { CoOccurrenceMeasure.Lift => pair.Lift, CoOccurrenceMeasure.Correlation => Math.Abs(pair.Correlation), _ => pair.CoOccurrence }) >= threshold)
                {
                    expected.Add((left, right));
                    var actual = found.Pairs.Single(other => (other.Left, other.Right) == (left, right));
                    Assert.Equal((pair.Together, pair.LeftChanges, pair.RightChanges), (actual.Together, actual.LeftChanges, actual.RightChanges));
                    Assert.Equal(pair.CoOccurrence, actual.CoOccurrence, 12);
                    Assert.Equal(pair.Lift, actual.Lift, 9);
                    Assert.Equal(pair.Correlation, actual.Correlation, 9);
                }
            }
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected.Count, found.PairCount);
        Assert.Equal(expected.Count, found.Pairs.Length);
        Assert.Equal(Groups(expected), found.Groups.Select(static group => string.Join(' ', group)).Order());
    }

    [Fact]
    public void the_most_frequent_components_are_looked_at_and_the_best_pairs_told()
    {
        var steps = Steps(new Random(9), 200);
        var all = new CoOccurrenceFinder(steps, 1, Dimensions);
        var few = new CoOccurrenceFinder(steps, 1, 5);
        Assert.Equal((Dimensions, 5), (all.ComponentCount, few.ComponentCount));
        var found = all.Find(CoOccurrenceMeasure.CoOccurrence, 0.01, 3, CancellationToken.None);
        Assert.Equal(3, found.Pairs.Length);
        Assert.True(found.PairCount > 3);
        Assert.Equal(found.Pairs.Select(static pair => pair.CoOccurrence).OrderDescending(), found.Pairs.Select(static pair => pair.CoOccurrence));
    }

    private static List<TimelineStep> Steps(Random random, int count)
    {
        var history = new TimelineHistory(Dimensions);
        var main = history.FindBranch(TimelineHistory.Main)!;
        for (var i = 1; i <= count; i++)
        {
            // Three groups that mostly go together, and some noise.
            var chosen = new SortedSet<int>(Enumerable.Range(10 * random.Next(3), 10).Where(_ => random.Next(10) > 2)) { random.Next(Dimensions) };
            var values = chosen.Select(index => (float)(random.NextDouble() + (index % 2 == 0 ? i : -i))).ToArray();
            history.Append(main, DeltaVector.Create(Dimensions, [.. chosen], values), TimelineChange.Apply, (i, HybridTimestamp.FromMilliseconds(i)), null, null, null, []);
        }

        return [.. history.Steps];
    }

    private static CoOccurringPair? Naive(List<TimelineStep> steps, int left, int right)
    {
        var (x, y) = (steps.Select(step => Difference(step, left)).ToArray(), steps.Select(step => Difference(step, right)).ToArray());
        var (first, second) = (steps.Count(step => step.Find(left) >= 0), steps.Count(step => step.Find(right) >= 0));
        var both = steps.Count(step => step.Find(left) >= 0 && step.Find(right) >= 0);
        if (both == 0 || first < 2 || second < 2)
        {
            return null;
        }

        var (meanX, meanY) = (x.Average(), y.Average());
        var product = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        var spread = Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
        return new CoOccurringPair(left, right, both, first, second, (double)both / (first + second - both), (double)both / steps.Count / ((double)first / steps.Count * second / steps.Count), spread == 0 ? 0 : product / spread);
    }

    private static double Difference(TimelineStep step, int index) => step.Find(index) is >= 0 and var place ? (double)step.After[place] - step.Before[place] : 0;

    private static IEnumerable<string> Groups(List<(int Left, int Right)> pairs)
    {
        var groups = new List<SortedSet<int>>();
        foreach (var (left, right) in pairs)
        {
            var joined = groups.FindAll(group => group.Contains(left) || group.Contains(right));
            groups.RemoveAll(joined.Contains);
            groups.Add([.. joined.SelectMany(static group => group), left, right]);
        }

        return groups.Select(static group => string.Join(' ', group)).Order();
    }
}
