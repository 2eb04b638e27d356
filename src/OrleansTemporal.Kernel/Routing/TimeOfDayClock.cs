using OrleansTemporal.Causality;

namespace OrleansTemporal.Routing;

/// <summary>Says of system times whether they are in some hours of a day. Thread-safe; costs a division while the quarter of an hour is the one before.</summary>
public sealed class TimeOfDayClock
{
    // Every zone of today differs from UTC by whole quarters of an hour, and changes at the start of one.
    private const long QuarterMilliseconds = 15 * 60 * 1_000;

    private const int AnswerBits = 1;

    // The newest a DateTimeOffset can be in any zone, with a day of room.
    private static readonly long MillisecondsMax = DateTimeOffset.MaxValue.AddDays(-2).ToUnixTimeMilliseconds();

    private readonly TimeOfDay hours;
    private readonly TimeZoneInfo zone;
    private long kept = -1;

    /// <summary>Makes one of hours that are valid.</summary>
    public TimeOfDayClock(TimeOfDay hours)
    {
        ArgumentNullException.ThrowIfNull(hours);
        this.hours = hours;
        zone = FindZone(hours.Zone) ?? throw new ArgumentException("There is no such zone.", nameof(hours));
    }

    /// <summary>The zone of an IANA name; null when there is none.</summary>
    public static TimeZoneInfo? FindZone(string name) =>
        name.Length is >= 1 and <= Limits.NameLengthMax && !name.Contains("..", StringComparison.Ordinal) && name[0] != '/' && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : null;

    /// <summary>Whether a moment is in these hours.</summary>
    public bool Includes(HybridTimestamp time)
    {
        var milliseconds = Math.Min(time.Milliseconds, MillisecondsMax);
        var quarter = milliseconds / QuarterMilliseconds;
        var known = Volatile.Read(ref kept);
        if (known >> AnswerBits != quarter)
        {
            known = (quarter << AnswerBits) | (IncludesHour(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), zone).Hour) ? 1L : 0);
            Volatile.Write(ref kept, known);
        }

        return (known & 1) != 0;
    }

    private bool IncludesHour(int hour) => hours.StartHour < hours.EndHour
        ? hour >= hours.StartHour && hour < hours.EndHour
        : hour >= hours.StartHour || hour < hours.EndHour;
}
