using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Refusals of what policy has let go.</summary>
internal static class SeriesExpiry
{
    /// <summary>Refuses a range that begins, by name, where there are windows instead of points.</summary>
    /// <exception cref="TemporalException">Gone, <c>history_expired</c>.</exception>
    public static void RequirePoints(SeriesKept kept, long from, long to)
    {
        if (from != long.MinValue)
        {
            RequireOnlyPoints(kept, from, to);
        }
    }

    /// <summary>Refuses a range that has windows instead of points, also when it has no beginning.</summary>
    /// <exception cref="TemporalException">Gone, <c>history_expired</c>.</exception>
    public static void RequireOnlyPoints(SeriesKept kept, long from, long to)
    {
        if (!kept.Bands.IsEmpty && from < kept.PointsFrom && to > kept.From)
        {
            throw OnlyWindows(kept, Math.Max(from, kept.From));
        }
    }

    /// <summary>Refuses to answer as of a moment when more was there.</summary>
    /// <exception cref="TemporalException">Gone, <c>history_expired</c>.</exception>
    public static void RequireSame(SeriesKept then, SeriesKept now, long from, long to)
    {
        if (!then.IsSameWithin(now, from, to))
        {
            throw new TemporalException(
                ErrorKind.Gone, ErrorCodes.HistoryExpired, $"Since that moment policy has let points go: as of it, what is from {new EventTime(now.PointsFrom)} on is answered still.")
            {
                Field = "asOf",
            };
        }
    }

    /// <summary>The refusal of points where there are windows.</summary>
    public static TemporalException OnlyWindows(SeriesKept kept, long time) => new(
        ErrorKind.Gone,
        ErrorCodes.HistoryExpired,
        $"Policy keeps points from {new EventTime(kept.PointsFrom)} on; of before, from {new EventTime(Math.Max(time, kept.From))} on, what whole windows of {SeriesKept.ResolutionOf(kept.StepAt(Math.Max(time, kept.From)))} came to: ask for windows that are multiples of that, and for no percentiles, or for coarse=true.")
    {
        Field = "from",
    };

    /// <summary>The refusal of a change to what is kept no more as it was.</summary>
    public static TemporalException TooOld(long pointsFrom, string field) =>
        new(ErrorKind.Invalid, ErrorCodes.PointsExpired, $"Policy keeps points from {new EventTime(pointsFrom)} on, and takes none of before.") { Field = field };
}
