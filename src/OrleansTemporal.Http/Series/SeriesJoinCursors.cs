using System.Globalization;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>Where a page of joined rows ended: times, the length of the first series' text, and both texts. Nothing that a client reads.</summary>
internal static class SeriesJoinCursors
{
    /// <summary>The cursor of a request; null for the first page.</summary>
    internal static SeriesJoinCursor? Find(PathSegments path)
    {
        if (QueryParameters.Find(path, "cursor") is not { } text)
        {
            return null;
        }

        var parts = text.Split(' ', 4);
        if (parts.Length == 4
            && TryParse(parts[0], out var left) && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= parts[3].Length
            && (parts[1] == "-" ? length == parts[3].Length : TryParse(parts[1], out _)))
        {
            var right = parts[1] == "-" ? (SeriesPoint?)null : new SeriesPoint(parts[3][length..], long.Parse(parts[1], CultureInfo.InvariantCulture), 0);
            return new SeriesJoinCursor(new SeriesPoint(parts[3][..length], left, 0), right);
        }

        throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");
    }

    /// <summary>The text.</summary>
    internal static string Format(SeriesJoinCursor cursor) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cursor.Left.Time} {(cursor.Right is { } right ? right.Time.ToString(CultureInfo.InvariantCulture) : "-")} {cursor.Left.Series.Length} {cursor.Left.Series}{cursor.Right?.Series}");

    private static bool TryParse(string text, out long time) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out time);
}
