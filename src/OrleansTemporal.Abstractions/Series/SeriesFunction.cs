using System.Collections.Immutable;
using System.Globalization;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// A function over the points of a window. Its text is its name, a percentile's <c>p</c> and a number between 0 and 100,
/// as in <c>p50</c> and <c>p99.9</c>.
/// </summary>
/// <param name="Kind">What is computed.</param>
/// <param name="Share">Of a percentile: between 0 and 1.</param>
/// <param name="Name">The text that it was asked for by.</param>
public readonly record struct SeriesFunction(SeriesFunctionKind Kind, double Share, string Name)
{
    private static readonly string[] Names = ["", "count", "sum", "avg", "min", "max", "first", "last", "stddev", "rate"];

    /// <summary>Reads the text of a function.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: it is none.</exception>
    public static SeriesFunction Parse(string text)
    {
        var named = Array.IndexOf(Names, text, 1);
        if (named > 0)
        {
            return new((SeriesFunctionKind)named, 0, text);
        }

        return text.Length is > 1 and <= 12 && text[0] == 'p' && char.IsAsciiDigit(text[1])
            && decimal.TryParse(text.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            && percent <= 100
                ? new(SeriesFunctionKind.Percentile, (double)(percent / 100), text)
                : throw new TemporalException(
                    ErrorKind.Invalid,
                    ErrorCodes.InvalidField,
                    $"'{text}' is no function; there are count, sum, avg, min, max, first, last, stddev, rate, and p0 to p100 as in p99.9.")
                {
                    Field = "fn",
                };
    }

    /// <summary>Reads several, each once.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: one is none, or there are none or more than <see cref="Limits.QueryFieldsMax"/>.</exception>
    public static ImmutableArray<SeriesFunction> Parse(IReadOnlyCollection<string> texts) =>
        texts.Count is < 1 or > Limits.QueryFieldsMax
            ? throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"Between 1 and {Limits.QueryFieldsMax} functions are accepted.") { Field = "fn" }
            : [.. texts.Distinct(StringComparer.Ordinal).Select(Parse)];
}
