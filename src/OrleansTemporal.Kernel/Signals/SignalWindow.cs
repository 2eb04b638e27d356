using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>
/// A time over which events are counted: whole minutes up to an hour, whole hours up to seven days. It ends with the minute
/// (or hour) of the moment that is asked for, the open one included, and begins with a whole one.
/// </summary>
public readonly record struct SignalWindow
{
    /// <summary>Minutes that are counted one by one.</summary>
    public const int MinutesMax = 60;

    private const long NanosecondsPerMinute = 60_000_000_000;
    private const long NanosecondsPerHour = 60 * NanosecondsPerMinute;

    private SignalWindow(int length, bool isHours)
    {
        Length = length;
        IsHours = isHours;
    }

    /// <summary>How many minutes, or hours.</summary>
    public int Length { get; }

    /// <summary>True when it counts in hours.</summary>
    public bool IsHours { get; }

    /// <summary>Its length.</summary>
    public TimeSpan Time => IsHours ? TimeSpan.FromHours(Length) : TimeSpan.FromMinutes(Length);

    /// <summary>A window of a length; false when it is not one of whole minutes up to an hour or of whole hours up to seven days.</summary>
    public static bool TryFrom(TimeSpan time, out SignalWindow window)
    {
        var isHours = time > TimeSpan.FromHours(1);
        var (count, rest) = Math.DivRem(time.Ticks, isHours ? TimeSpan.TicksPerHour : TimeSpan.TicksPerMinute);
        var isValid = rest == 0 && count >= 1 && count <= (isHours ? Limits.SignalWindowHoursMax : MinutesMax);
        window = isValid ? new SignalWindow((int)count, isHours) : default;
        return isValid;
    }

    /// <summary>Events a second, when so many fell into the window.</summary>
    public double VelocityOf(ulong events) => events / Time.TotalSeconds;

    /// <summary>The first moment that counts when it ends at a moment.</summary>
    public EventTime StartAt(EventTime at)
    {
        var start = (Int128)FirstSlot(at) * (IsHours ? NanosecondsPerHour : NanosecondsPerMinute);
        return new EventTime((long)Int128.Max(start, long.MinValue));
    }

    /// <summary>The first minute, or hour, that counts when it ends at a moment.</summary>
    internal int FirstSlot(EventTime at) => (IsHours ? HourOf(at.Nanoseconds) : MinuteOf(at.Nanoseconds)) - Length + 1;

    // Divisors that are constants where they are used: a division by a variable takes as long as all the rest.
    internal static int MinuteOf(long nanoseconds)
    {
        var minute = nanoseconds / NanosecondsPerMinute;
        return (int)(minute * NanosecondsPerMinute > nanoseconds ? minute - 1 : minute);
    }

    internal static int HourOf(long nanoseconds) => HourOfMinute(MinuteOf(nanoseconds));

    internal static int HourOfMinute(int minute)
    {
        var hour = minute / 60;
        return hour * 60 > minute ? hour - 1 : hour;
    }
}
