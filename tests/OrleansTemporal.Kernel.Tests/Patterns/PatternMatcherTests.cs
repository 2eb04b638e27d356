using OrleansTemporal.Patterns;

namespace OrleansTemporal.Kernel.Tests.Patterns;

/// <summary>Goal: matches are those that looking at all points at once finds, wherever the matcher began.</summary>
public sealed class PatternMatcherTests
{
    private const long Within = 10;

    [Theory]
    [InlineData(PatternKind.Threshold, 1)]
    [InlineData(PatternKind.Times, 2)]
    [InlineData(PatternKind.Times, 4)]
    [InlineData(PatternKind.FollowedBy, 1)]
    [InlineData(PatternKind.NotFollowedBy, 1)]
    public void matches_are_those_of_looking_at_all_points_at_once(PatternKind kind, int count)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var points = Enumerable.Range(0, random.Next(60)).Select(_ => new PatternTestPoint(random.Next(150), $"{random.Next(2)}", random.Next(2) == 0, random.Next(3) == 0))
                .OrderBy(static point => point.Time).ThenBy(static point => point.Key, StringComparer.Ordinal).ToArray();
            var expected = Oracle(kind, count, points);
            Assert.Equal(expected, Run(kind, count, points, long.MinValue));

            // From twice the time before on, everything is the same.
            var from = random.Next(150);
            Assert.Equal(
                expected.Where(match => match.Time >= from),
                Run(kind, count, [.. points.Where(point => point.Time >= from - (2 * Within))], from));
        }
    }

    [Fact]
    public void what_nothing_has_followed_is_found_only_when_time_has_passed()
    {
        var matcher = new PatternMatcher(PatternKind.NotFollowedBy, 1, Within);
        Assert.Null(matcher.Feed(5, "k", isFirst: true, isThen: false, 7));
        Assert.Null(matcher.Expire(15));
        Assert.Equal(new PatternMatch("k", 15, 7, 5), matcher.Expire(16));
        Assert.Null(matcher.Expire(long.MaxValue));
        Assert.Null(matcher.Feed(20, "k", isFirst: true, isThen: true, 8));
        Assert.Null(matcher.Feed(30, "k", isFirst: false, isThen: true, 9));
        Assert.Null(matcher.Expire(long.MaxValue));
        Assert.Null(matcher.Feed(long.MaxValue, "k", isFirst: true, isThen: false, 1));
        Assert.Null(matcher.Expire(long.MaxValue));
    }

    private static List<(string Key, long Time)> Run(PatternKind kind, int count, PatternTestPoint[] points, long from)
    {
        var matcher = new PatternMatcher(kind, count, Within);
        var found = new List<(string Key, long Time)>();
        foreach (var point in points)
        {
            if (matcher.Feed(point.Time, point.Key, point.IsFirst, point.IsThen, 0) is { } match)
            {
                found.Add((match.Key, match.Time));
            }

            while (matcher.Expire(point.Time) is { } absence)
            {
                found.Add((absence.Key, absence.Time));
            }
        }

        while (matcher.Expire(1_000) is { } absence)
        {
            found.Add((absence.Key, absence.Time));
        }

        return [.. found.Where(match => match.Time >= from).OrderBy(static match => match.Time).ThenBy(static match => match.Key, StringComparer.Ordinal)];
    }

    private static List<(string Key, long Time)> Oracle(PatternKind kind, int count, PatternTestPoint[] points) =>
        [.. points.GroupBy(static point => point.Key).SelectMany(group => kind switch
        {
            PatternKind.FollowedBy => Followed([.. group]),
            PatternKind.NotFollowedBy => NotFollowed([.. group]),
            _ => Repeated([.. group.Where(static point => point.IsFirst)], count),
        }).OrderBy(static match => match.Time).ThenBy(static match => match.Key, StringComparer.Ordinal)];

    private static IEnumerable<(string Key, long Time)> Repeated(PatternTestPoint[] points, int count)
    {
        bool IsReached(int at) => points[..(at + 1)].Count(point => point.Time > points[at].Time - Within) >= count;
        for (var at = 0; at < points.Length; at++)
        {
            var wasReached = at > 0 && points[at - 1].Time > points[at].Time - Within && IsReached(at - 1);
            if (IsReached(at) && !wasReached)
            {
                yield return (points[at].Key, points[at].Time);
            }
        }
    }

    private static IEnumerable<(string Key, long Time)> Followed(PatternTestPoint[] points)
    {
        foreach (var time in points.Where(static point => point.IsThen).Select(static point => point.Time).Distinct())
        {
            var before = points.Where(point => point.IsThen && point.Time < time).Select(static point => (long?)point.Time).LastOrDefault();
            if (points.Any(point => point.IsFirst && point.Time < time && point.Time >= time - Within && !(point.Time < before)))
            {
                yield return (points[0].Key, time);
            }
        }
    }

    private static IEnumerable<(string Key, long Time)> NotFollowed(PatternTestPoint[] points) =>
        points.Where(static point => point.IsFirst).Select(static point => point.Time).Distinct()
            .Where(time => !points.Any(point => point.IsThen && point.Time > time && point.Time <= time + Within))
            .Select(time => (points[0].Key, time + Within));
}
