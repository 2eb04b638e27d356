using System.Collections.Immutable;
using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>Query parameters of reads.</summary>
internal static class SeriesParameters
{
    private const long NanosecondsPerTick = 100;

    private static readonly ImmutableArray<(string Prefix, TagMatcherKind Kind)> Matchers =
    [
        ("tag.", TagMatcherKind.Equal), ("tagNot.", TagMatcherKind.NotEqual), ("tagMatches.", TagMatcherKind.Matches), ("tagNotMatches.", TagMatcherKind.NotMatches),
    ];

    /// <summary>Which points are meant.</summary>
    internal static SeriesSelector GetSelector(PathSegments path) => new()
    {
        Field = QueryParameters.Find(path, "field"),
        Tags =
        [
            .. Matchers.SelectMany(matcher => QueryParameters.FindPrefixed(path, matcher.Prefix).Select(tag => new TagMatcher(tag.Name, matcher.Kind, tag.Value))),
            .. QueryParameters.FindPrefixed(path, "tagIn.").Select(static tag => TagLists.Matcher(tag.Name, tag.Value)),
        ],
        From = FindTime(path, "from") ?? long.MinValue,
        To = FindTime(path, "to") ?? long.MaxValue,
    };

    /// <summary>What is computed.</summary>
    internal static ImmutableArray<string> GetFunctions(PathSegments path) =>
        SplitList(QueryParameters.Find(path, "fn") ?? throw QueryParameters.Malformed("fn", "'fn' names functions, as in fn=avg,p99."));

    /// <summary>Tags that make groups.</summary>
    internal static ImmutableArray<string> GetGroups(PathSegments path) => GetNames(path, "groupBy");

    /// <summary>Names with commas between them; none when absent.</summary>
    internal static ImmutableArray<string> GetNames(PathSegments path, string name) => QueryParameters.Find(path, name) is { Length: > 0 } text ? SplitList(text) : [];

    /// <summary>Whether streams that belong to the one are added up with it.</summary>
    internal static bool IsLinked(PathSegments path) => QueryParameters.GetFlag(path, "linked");

    /// <summary>A share.</summary>
    internal static double? FindShare(PathSegments path, string name) =>
        QueryParameters.Find(path, name) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share
        : throw QueryParameters.Malformed(name, $"'{name}' is a number from 0 to 1.");

    /// <summary>The windows.</summary>
    internal static WindowSpec GetWindow(PathSegments path)
    {
        var size = QueryParameters.Find(path, "window");
        var kind = QueryParameters.Find(path, "kind") switch
        {
            null => FindDuration(path, "gap") is not null ? WindowKind.Session : size is null ? WindowKind.Whole : FindDuration(path, "slide") is not null ? WindowKind.Sliding : WindowKind.Tumbling,
            "tumbling" => WindowKind.Tumbling,
            "sliding" => WindowKind.Sliding,
            "session" => WindowKind.Session,
            "count" => WindowKind.Count,
            "adaptive" => WindowKind.Adaptive,
            _ => throw QueryParameters.Malformed("kind", "'kind' is tumbling, sliding, session, count or adaptive."),
        };

        // The window of a count is a number of points; there 'count' is another word for it.
        var window = new WindowSpec
        {
            Kind = kind,
            Size = kind == WindowKind.Count ? 0 : FindDuration(path, "window") ?? 0,
            Slide = FindDuration(path, "slide") ?? 0,
            Gap = FindDuration(path, "gap") ?? 0,
            Count = FindCount(path, "count") ?? (kind == WindowKind.Count ? FindCount(path, "window") ?? 0 : 0),
            Magnitude = FindNumber(path, "magnitude") ?? 0,
            TimeZone = QueryParameters.Find(path, "tz"),
        };
        WindowRules.Validate(window);
        return window;
    }

    private static ImmutableArray<string> SplitList(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    // A client that forgets to escape the plus of an offset means the offset, not a space.
    private static long? FindTime(PathSegments path, string name) =>
        QueryParameters.Find(path, name) is not { } text ? null
        : EventTime.TryParse(text.Replace(' ', '+'), out var time) ? time.Nanoseconds
        : throw QueryParameters.Malformed(name, $"'{name}' is an event time in RFC 3339 between 1677 and 2262, as in 2026-01-02T03:04:05.123456789Z.");

    /// <summary>A duration in nanoseconds.</summary>
    internal static long? FindDuration(PathSegments path, string name, bool orZero = false) =>
        QueryParameters.Find(path, name) is not { } text ? null
        : Durations.TryParse(text, out var duration) && duration.Ticks <= long.MaxValue / NanosecondsPerTick && (duration.Ticks > 0 || orZero) ? duration.Ticks * NanosecondsPerTick
        : throw QueryParameters.Malformed(name, $"'{name}' is a duration, as in 250ms, 30s, 5m, 1h and 7d.");

    private static long? FindCount(PathSegments path, string name) =>
        QueryParameters.Find(path, name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
        : throw QueryParameters.Malformed(name, $"'{name}' is a number of points.");

    private static double? FindNumber(PathSegments path, string name) =>
        QueryParameters.Find(path, name) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number > 0 ? number
        : throw QueryParameters.Malformed(name, $"'{name}' is a positive number.");
}
