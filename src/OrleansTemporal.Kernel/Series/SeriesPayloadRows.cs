namespace OrleansTemporal.Series;

/// <summary>Points as a payload has them: row <c>i</c> is the value of series <c>Rows[i]</c>, whose ordinal or else text is given.</summary>
public readonly record struct SeriesPayloadRows(long[] Ordinals, string?[] Texts, long[] Rows, long[] Times, double[] Values);
