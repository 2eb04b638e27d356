using System.Collections.Frozen;
using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

/// <summary>A function that a query may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Returns">What it comes to.</param>
/// <param name="Arguments">What it is given.</param>
/// <param name="OptionalCount">How many of the last arguments may be left out.</param>
internal sealed record PromFunction(string Name, PromType Returns, ImmutableArray<PromType> Arguments, int OptionalCount = 0)
{
    private static readonly string[] OfSamples =
    [
        "rate", "increase", "delta", "irate", "idelta", "changes", "resets", "avg_over_time", "sum_over_time", "min_over_time", "max_over_time",
        "count_over_time", "last_over_time", "present_over_time", "stddev_over_time", "stdvar_over_time",
    ];

    private static readonly string[] OfValues =
        ["abs", "ceil", "floor", "sqrt", "exp", "ln", "log2", "log10", "sgn", "sort", "sort_desc"];

    private static readonly FrozenDictionary<string, PromFunction> Known = All().ToFrozenDictionary(static function => function.Name, StringComparer.Ordinal);

    /// <summary>Whether it is over the samples of a span.</summary>
    public bool IsOfSamples => Arguments.Contains(PromType.Matrix);

    /// <summary>The function of a name, or null.</summary>
    public static PromFunction? Find(string name) => Known.GetValueOrDefault(name);

    private static IEnumerable<PromFunction> All() =>
    [
        .. OfSamples.Select(static name => new PromFunction(name, PromType.Vector, [PromType.Matrix])),
        .. OfValues.Select(static name => new PromFunction(name, PromType.Vector, [PromType.Vector])),
        new("quantile_over_time", PromType.Vector, [PromType.Scalar, PromType.Matrix]),
        new("round", PromType.Vector, [PromType.Vector, PromType.Scalar], 1),
        new("clamp", PromType.Vector, [PromType.Vector, PromType.Scalar, PromType.Scalar]),
        new("clamp_min", PromType.Vector, [PromType.Vector, PromType.Scalar]),
        new("clamp_max", PromType.Vector, [PromType.Vector, PromType.Scalar]),
        new("time", PromType.Scalar, []),
        new("scalar", PromType.Scalar, [PromType.Vector]),
        new("vector", PromType.Vector, [PromType.Scalar]),
    ];
}
