using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Targets;

/// <summary>An aggregation as it is asked for: by words, as REST takes them.</summary>
internal sealed record SeriesAsk
{
    /// <summary>Which points.</summary>
    public required SeriesSelector Selector { get; init; }

    /// <summary>The functions.</summary>
    public required IReadOnlyList<string> Functions { get; init; }

    /// <summary>Tags that make groups.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];

    /// <summary>Length of a window; null for one over everything.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>From one window's start to the next; null for the length.</summary>
    public TimeSpan? Slide { get; init; }

    /// <summary>What closes a session; null for none.</summary>
    public TimeSpan? Gap { get; init; }

    /// <summary>Time zone of whole days.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The moment.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>The query that it means.</summary>
    public SeriesAggregateQuery ToQuery() => new()
    {
        Selector = Selector,
        Functions = [.. Functions],
        GroupBy = [.. GroupBy],
        Window = new WindowSpec
        {
            Kind = Gap is not null ? WindowKind.Session : Window is null ? WindowKind.Whole : Slide is null ? WindowKind.Tumbling : WindowKind.Sliding,
            Size = ToNanoseconds(Window),
            Slide = ToNanoseconds(Slide),
            Gap = ToNanoseconds(Gap),
            TimeZone = TimeZone,
        },
        AsOf = AsOf,
    };

    /// <summary>The parameters that it means.</summary>
    public IEnumerable<(string Name, string? Value)> ToParameters() =>
    [
        .. SelectorOf(Selector),
        ("fn", string.Join(',', Functions)),
        ("groupBy", GroupBy.Count == 0 ? null : string.Join(',', GroupBy)),
        ("window", ToText(Window)),
        ("slide", ToText(Slide)),
        ("gap", ToText(Gap)),
        ("tz", TimeZone),
        ("asOf", Moments.ToText(AsOf)),
    ];

    /// <summary>The parameters that a selector means.</summary>
    public static IEnumerable<(string Name, string? Value)> SelectorOf(SeriesSelector selector) =>
    [
        ("field", selector.Field),
        ("from", selector.From == long.MinValue ? null : new EventTime(selector.From).ToString()),
        ("to", selector.To == long.MaxValue ? null : new EventTime(selector.To).ToString()),
        .. selector.Tags.Select(static tag => ($"{PrefixOf(tag.Kind)}.{tag.Name}", (string?)tag.Value)),
    ];

    private static long ToNanoseconds(TimeSpan? time) => time is { } known ? checked(known.Ticks * 100) : 0;

    private static string? ToText(TimeSpan? time) => time is { } known ? Durations.Format(known) : null;

    private static string PrefixOf(TagMatcherKind kind) => kind switch
    {
        TagMatcherKind.NotEqual => "tagNot",
        TagMatcherKind.Matches => "tagMatches",
        TagMatcherKind.NotMatches => "tagNotMatches",
        _ => "tag",
    };
}
