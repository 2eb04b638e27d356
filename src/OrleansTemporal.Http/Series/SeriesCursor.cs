using System.Globalization;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>Where a page of points ended: nanoseconds, a space and the series. Nothing that a client reads.</summary>
internal readonly record struct SeriesCursor(long Time, string Series)
{
    /// <summary>The cursor of a request; null for the first page.</summary>
    internal static SeriesCursor? Find(PathSegments path)
    {
        if (QueryParameters.Find(path, "cursor") is not { } text)
        {
            return null;
        }

        var space = text.IndexOf(' ');
        return space > 0 && long.TryParse(text.AsSpan(0, space), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            ? new SeriesCursor(time, text[(space + 1)..])
            : throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");
    }

    /// <summary>The text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time} {Series}");
}
