using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Time zones by their IANA names.</summary>
internal static class SeriesZones
{
    /// <summary>The zone; null for none.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: nobody knows it.</exception>
    public static TimeZoneInfo? Find(string? name)
    {
        if (name is null or "UTC" or "")
        {
            return null;
        }

        // A name is no path: what the platform looks for is a file.
        return name.Length <= Limits.NameLengthMax && !name.Contains("..", StringComparison.Ordinal) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{name}' is no time zone that is known here; Europe/Berlin is.") { Field = "tz" };
    }
}
