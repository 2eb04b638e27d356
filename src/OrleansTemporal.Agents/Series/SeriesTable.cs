using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Series that are written to together, again and again. Immutable; an agent that has seen it once knows all of its series at once.</summary>
public sealed class SeriesTable
{
    /// <summary>Names the series.</summary>
    /// <param name="series">Each once.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: none, or one twice; TooLarge, <c>batch_too_large</c>: more than a write has values.</exception>
    public SeriesTable(IEnumerable<SeriesKey> series)
    {
        Texts = [.. series.Select(static key => key.Text)];
        if (Texts.Length is < 1 or > Limits.SeriesRowsMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A table has 1 to {Limits.SeriesRowsMax} series.") { Field = "series", Limit = Limits.SeriesRowsMax };
        }

        if (Texts.Distinct(StringComparer.Ordinal).Count() < Texts.Length)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A table has each series once.") { Field = "series" };
        }

        Each = [.. Enumerable.Range(0, Texts.Length)];
    }

    /// <summary>How many series it has.</summary>
    public int Count => Texts.Length;

    /// <summary>Their canonical texts.</summary>
    internal ImmutableArray<string> Texts { get; }

    /// <summary>One row for each.</summary>
    internal ImmutableArray<int> Each { get; }
}
