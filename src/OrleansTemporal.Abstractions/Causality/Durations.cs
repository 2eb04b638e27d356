using System.Globalization;

namespace OrleansTemporal.Causality;

/// <summary>Durations as text: a whole number and a unit, as in <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c>.</summary>
public static class Durations
{
    // The largest first, so that a text has the largest unit that is exact.
    private static readonly (string Name, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Reads a text; false when it is none, or larger than a <see cref="TimeSpan"/>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        foreach (var (name, milliseconds) in Units)
        {
            if (text.AsSpan(digits).SequenceEqual(name) && count <= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond / milliseconds)
            {
                duration = new TimeSpan(count * milliseconds * TimeSpan.TicksPerMillisecond);
                return true;
            }
        }

        return false;
    }

    /// <summary>The text of a duration of whole milliseconds, exact.</summary>
    public static string Format(TimeSpan duration)
    {
        var total = duration.Ticks / TimeSpan.TicksPerMillisecond;
        var (name, milliseconds) = Array.Find(Units, unit => total % unit.Milliseconds == 0 && total >= unit.Milliseconds);
        return name is null ? "0ms" : string.Create(CultureInfo.InvariantCulture, $"{total / milliseconds}{name}");
    }
}
