using OrleansTemporal.Errors;

namespace OrleansTemporal.Windows;

/// <summary>What a specification of windows may be, and the slices that it comes to.</summary>
public static class WindowRules
{
    private const long NanosecondsPerDay = 86_400_000_000_000;

    /// <summary>Refuses what can not be.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(WindowSpec window)
    {
        switch (window.Kind)
        {
            case WindowKind.Whole:
                break;
            case WindowKind.Tumbling:
                Require(window.Size > 0, "window", "A tumbling window has a length.");
                break;
            case WindowKind.Sliding:
                Require(window.Size > 0, "window", "A sliding window has a length.");
                Require(window.Slide > 0, "slide", "A sliding window has a 'slide'.");
                Require(
                    window.Size / GreatestCommonDivisor(window.Size, window.Slide) <= Limits.WindowSlicesMax,
                    "slide",
                    $"A sliding window is made of at most {Limits.WindowSlicesMax} slices of the greatest length that divides window and slide.");
                break;
            case WindowKind.Session:
                Require(window.Gap > 0, "gap", "A session has a 'gap'.");
                break;
            case WindowKind.Count:
                Require(window.Count > 0, "count", "A count window has a number of points.");
                break;
            case WindowKind.Adaptive:
                Require(window.Size > 0, "window", "An adaptive window has a longest duration.");
                Require(window.Count > 0 || window.Magnitude > 0, "count", "An adaptive window has a target, 'count' or 'magnitude'.");
                Require(window.Count >= 0 && window.Magnitude >= 0 && double.IsFinite(window.Magnitude), "magnitude", "A target is not negative, and finite.");
                break;
            default:
                Require(false, "kind", "There are tumbling, sliding, session, count and adaptive windows.");
                break;
        }
    }

    /// <summary>The slices of tumbling and sliding windows, how many a window has and how many are from one start to the next.</summary>
    /// <param name="window">Validated.</param>
    /// <param name="zone">The time zone that it names; null for UTC.</param>
    public static (SliceClock Clock, int PerWindow, long PerSlide) SlicesOf(WindowSpec window, TimeZoneInfo? zone)
    {
        var slide = window.Kind == WindowKind.Sliding ? window.Slide : window.Size;
        var length = GreatestCommonDivisor(window.Size, slide);
        SliceClock clock = zone is not null && length % NanosecondsPerDay == 0
            ? new CalendarSlices(zone, (int)(length / NanosecondsPerDay))
            : new EpochSlices(length);
        return (clock, (int)(window.Size / length), slide / length);
    }

    private static long GreatestCommonDivisor(long left, long right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }

        return left;
    }

    private static void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
        }
    }
}
