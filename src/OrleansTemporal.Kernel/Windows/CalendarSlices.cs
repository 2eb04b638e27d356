namespace OrleansTemporal.Windows;

/// <summary>
/// Slices of whole days of a time zone, counted from 1970-01-01 there: 23 or 25 hours where the clocks are changed. A day
/// begins at its first instant, be midnight left out or there twice.
/// </summary>
internal sealed class CalendarSlices(TimeZoneInfo zone, int days) : SliceClock
{
    private const long NanosecondsPerTick = 100;
    private const int SearchDays = 2;

    private static readonly long IndexMax = (long.MaxValue / NanosecondsPerTick / TimeSpan.TicksPerDay) - 2;

    private (long Index, long Start, long End) newest = (long.MinValue, 0, 0);

    /// <inheritdoc/>
    public override long IndexOf(long time)
    {
        if (newest.Index != long.MinValue && time >= newest.Start && time < newest.End)
        {
            return newest.Index;
        }

        var utc = DateTime.UnixEpoch.AddTicks(time / NanosecondsPerTick);
        var day = (long)Math.Floor((utc + zone.GetUtcOffset(utc) - DateTime.UnixEpoch).TotalDays);
        var index = day / days;
        index -= day % days < 0 ? 1 : 0;

        // Days are where their starts are, which is not always what the clock on the wall shows.
        while (time < StartOf(index))
        {
            index--;
        }

        while (time >= StartOf(index + 1))
        {
            index++;
        }

        newest = (index, StartOf(index), StartOf(index + 1));
        return index;
    }

    /// <inheritdoc/>
    public override long StartOf(long index)
    {
        var day = (Int128)index * days;
        if (day > IndexMax || day < -IndexMax)
        {
            return day > 0 ? long.MaxValue : long.MinValue;
        }

        var midnight = DateTime.SpecifyKind(DateTime.UnixEpoch.AddDays((long)day), DateTimeKind.Unspecified);
        var utc = zone.IsInvalidTime(midnight) ? FirstAt(midnight)
            : zone.IsAmbiguousTime(midnight) ? midnight - zone.GetAmbiguousTimeOffsets(midnight).Max()
            : midnight - zone.GetUtcOffset(midnight);
        return (utc.Ticks - DateTime.UnixEpoch.Ticks) * NanosecondsPerTick;
    }

    // The instant at which the clocks are put past a midnight that there is not.
    private DateTime FirstAt(DateTime midnight)
    {
        var low = midnight.AddDays(-SearchDays).Ticks;
        var high = midnight.AddDays(SearchDays).Ticks;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            var local = middle + zone.GetUtcOffset(new DateTime(middle, DateTimeKind.Utc)).Ticks;
            (low, high) = local >= midnight.Ticks ? (low, middle) : (middle, high);
        }

        return new DateTime(high, DateTimeKind.Utc);
    }
}
