using System.Collections.Immutable;
using System.Numerics.Tensors;
using OrleansTemporal.Sketches;

namespace OrleansTemporal.Series;

/// <summary>What functions need to know of the points of one window. Parts are added up in any order. Not thread-safe.</summary>
public sealed class SeriesAggregate(SeriesNeeds needs)
{
    private readonly QuantileState? quantiles = needs.HasFlag(SeriesNeeds.Quantiles) ? new() : null;
    private readonly Dictionary<int, SeriesEnds>? ends = needs.HasFlag(SeriesNeeds.Rate) ? [] : null;
    private SeriesSum sum;
    private SeriesMoments moments;
    private double least = double.PositiveInfinity;
    private double greatest = double.NegativeInfinity;
    private SeriesEnds outer;
    private int firstRank;
    private int lastRank;

    /// <summary>How many points were added.</summary>
    public long Count { get; private set; }

    /// <summary>Event time of the first point; only where there are points.</summary>
    public long FirstTime => outer.FirstTime;

    /// <summary>Event time of the last point; only where there are points.</summary>
    public long LastTime => outer.LastTime;

    /// <summary>Adds points of one series, in time order.</summary>
    /// <param name="times">Their event times.</param>
    /// <param name="values">Their values, finite.</param>
    /// <param name="rank">The series' place in the order of texts.</param>
    public void Add(ReadOnlySpan<long> times, ReadOnlySpan<double> values, int rank)
    {
        if (values.IsEmpty)
        {
            return;
        }

        if ((needs & SeriesNeeds.Sums) != 0)
        {
            sum.Add(values);
        }

        if ((needs & SeriesNeeds.Extremes) != 0)
        {
            least = Math.Min(least, TensorPrimitives.Min(values));
            greatest = Math.Max(greatest, TensorPrimitives.Max(values));
        }

        if ((needs & SeriesNeeds.Moments) != 0)
        {
            moments.Add(SeriesMoments.Of(values));
        }

        quantiles?.Add(values);
        AddEnds(new SeriesEnds(times[0], values[0], times[^1], values[^1]), rank, values.Length);
    }

    /// <summary>Adds a chunk of one series without looking at its points; not where there are quantiles.</summary>
    public void Add(in ChunkSummary chunk, int rank)
    {
        sum.Add(chunk.Sum);
        if ((needs & SeriesNeeds.Moments) != 0)
        {
            moments.Add(chunk.Moments);
        }

        least = Math.Min(least, chunk.Min);
        greatest = Math.Max(greatest, chunk.Max);
        AddEnds(new SeriesEnds(chunk.FirstTime, chunk.First, chunk.LastTime, chunk.Last), rank, chunk.Count);
    }

    /// <summary>Adds what another has; that stays as it is.</summary>
    public void Add(SeriesAggregate other)
    {
        if (other.Count == 0)
        {
            return;
        }

        sum.Add(other.sum);
        moments.Add(other.moments);
        least = Math.Min(least, other.least);
        greatest = Math.Max(greatest, other.greatest);
        if (other.quantiles is { } more)
        {
            quantiles!.Add(more);
        }

        foreach (var (rank, part) in other.ends ?? [])
        {
            ends![rank] = ends.TryGetValue(rank, out var known) ? known.With(part) : part;
        }

        AddOuter(other.outer, other.firstRank, other.lastRank);
        Count += other.Count;
    }

    /// <summary>The results of functions; NaN where there is none.</summary>
    public ImmutableArray<double> Results(ImmutableArray<SeriesFunction> functions)
    {
        var results = ImmutableArray.CreateBuilder<double>(functions.Length);
        foreach (var function in functions)
        {
            results.Add(Result(function));
        }

        return results.MoveToImmutable();
    }

    private double Result(in SeriesFunction function) => function.Kind switch
    {
        SeriesFunctionKind.Count => Count,
        SeriesFunctionKind.Sum => sum.Value,
        SeriesFunctionKind.Avg => sum.Average(Count),
        SeriesFunctionKind.Min => least,
        SeriesFunctionKind.Max => greatest,
        SeriesFunctionKind.First => outer.First,
        SeriesFunctionKind.Last => outer.Last,
        SeriesFunctionKind.StdDev => moments.StandardDeviation,
        SeriesFunctionKind.Rate => Rate(),
        SeriesFunctionKind.Percentile => quantiles!.ValueAt(function.Share),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private double Rate()
    {
        var (total, any) = (0.0, false);
        foreach (var (_, part) in ends!.OrderBy(static pair => pair.Key))
        {
            if (part.LastTime > part.FirstTime)
            {
                total += part.RatePerSecond;
                any = true;
            }
        }

        return any ? total : double.NaN;
    }

    private void AddEnds(in SeriesEnds part, int rank, int count)
    {
        if (ends is not null)
        {
            ends[rank] = ends.TryGetValue(rank, out var known) ? known.With(part) : part;
        }

        AddOuter(part, rank, rank);
        Count += count;
    }

    private void AddOuter(in SeriesEnds part, int partFirstRank, int partLastRank)
    {
        if (Count == 0)
        {
            (outer, firstRank, lastRank) = (part, partFirstRank, partLastRank);
            return;
        }

        if ((part.FirstTime, partFirstRank).CompareTo((outer.FirstTime, firstRank)) < 0)
        {
            outer = outer with { FirstTime = part.FirstTime, First = part.First };
            firstRank = partFirstRank;
        }

        if ((part.LastTime, partLastRank).CompareTo((outer.LastTime, lastRank)) > 0)
        {
            outer = outer with { LastTime = part.LastTime, Last = part.Last };
            lastRank = partLastRank;
        }
    }
}
