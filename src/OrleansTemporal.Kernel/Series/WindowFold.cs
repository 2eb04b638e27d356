using System.Collections.Immutable;
using OrleansTemporal.Errors;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>Folds the points of one group into windows. Not thread-safe.</summary>
public abstract class WindowFold
{
    /// <summary>True when all points of the group have to come in one order of time, whatever series they are of.</summary>
    public abstract bool NeedsOrder { get; }

    /// <summary>Makes the fold of some windows.</summary>
    /// <param name="window">Validated.</param>
    /// <param name="zone">The time zone that it names; null for UTC.</param>
    /// <param name="needs">What is kept of the points.</param>
    public static WindowFold Of(WindowSpec window, TimeZoneInfo? zone, SeriesNeeds needs) => window.Kind switch
    {
        WindowKind.Whole => new WholeFold(needs),
        WindowKind.Tumbling or WindowKind.Sliding => new SlicedFold(window, zone, needs),
        _ => new OrderedFold(window, needs),
    };

    /// <summary>Whether points of the windows that this makes need order.</summary>
    public static bool IsOrdered(WindowKind kind) => kind is WindowKind.Session or WindowKind.Count or WindowKind.Adaptive;

    /// <summary>Adds points of one series, in time order.</summary>
    public abstract void Add(ReadOnlySpan<long> times, ReadOnlySpan<double> values, int rank);

    /// <summary>Adds a chunk by its summary; false, and nothing is added, when its points belong to several windows.</summary>
    public abstract bool TryAdd(in ChunkSummary chunk, int rank);

    /// <summary>Adds a chunk by the summaries of its slices of time; false, and nothing is added, when one of them belongs to several windows.</summary>
    public virtual bool TryAdd(ImmutableArray<ChunkSummary> slices, int rank) => false;

    /// <summary>The windows that have points, by start. Once, at the end.</summary>
    /// <exception cref="TemporalException">TooLarge, <c>query_too_large</c>.</exception>
    public abstract IEnumerable<(long Start, long End, SeriesAggregate Points)> Finish();

    /// <summary>The rows of a group.</summary>
    public IEnumerable<SeriesAggregateRow> Rows(string tags, ImmutableArray<SeriesFunction> functions)
    {
        foreach (var (start, end, points) in Finish())
        {
            yield return new SeriesAggregateRow { Tags = tags, Start = start, End = end, Count = points.Count, Results = points.Results(functions) };
        }
    }

    private protected static TemporalException TooMany() => new(
        ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"The range has more than {Limits.SeriesWindowsMax} windows; longer ones or a shorter range are accepted.")
    {
        Field = "window",
        Limit = Limits.SeriesWindowsMax,
    };
}
