using System.Collections.Immutable;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>Tumbling and sliding windows: each point is folded into one slice, each window is added up from slices.</summary>
internal sealed class SlicedFold : WindowFold
{
    // Slices that are added up for all windows of a group.
    private const long WorkMax = 50L * Limits.SeriesWindowsMax;

    private readonly SeriesNeeds needs;
    private readonly SliceClock clock;
    private readonly int slicesPerWindow;
    private readonly long slicesPerSlide;
    private readonly Dictionary<long, SeriesAggregate> slices = [];
    private SeriesAggregate? current;
    private long currentStart;
    private long currentEnd;

    public SlicedFold(WindowSpec window, TimeZoneInfo? zone, SeriesNeeds needs)
    {
        this.needs = needs;
        (clock, slicesPerWindow, slicesPerSlide) = WindowRules.SlicesOf(window, zone);
    }

    /// <inheritdoc/>
    public override bool NeedsOrder => false;

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<long> times, ReadOnlySpan<double> values, int rank)
    {
        while (!times.IsEmpty)
        {
            var slice = SliceAt(times[0]);
            var count = CountBefore(times, currentEnd);
            slice.Add(times[..count], values[..count], rank);
            times = times[count..];
            values = values[count..];
        }
    }

    /// <inheritdoc/>
    public override bool TryAdd(in ChunkSummary chunk, int rank)
    {
        if (needs.HasFlag(SeriesNeeds.Quantiles))
        {
            return false;
        }

        var index = clock.IndexOf(chunk.FirstTime);
        if (clock.IndexOf(chunk.LastTime) != index)
        {
            return false;
        }

        SliceAt(chunk.FirstTime).Add(chunk, rank);
        return true;
    }

    /// <inheritdoc/>
    public override bool TryAdd(ImmutableArray<ChunkSummary> slices, int rank)
    {
        if (slices.IsEmpty || needs.HasFlag(SeriesNeeds.Quantiles))
        {
            return false;
        }

        foreach (ref readonly var slice in slices.AsSpan())
        {
            if (clock.IndexOf(slice.FirstTime) != clock.IndexOf(slice.LastTime))
            {
                return false;
            }
        }

        foreach (ref readonly var slice in slices.AsSpan())
        {
            SliceAt(slice.FirstTime).Add(slice, rank);
        }

        return true;
    }

    /// <inheritdoc/>
    public override IEnumerable<(long Start, long End, SeriesAggregate Points)> Finish()
    {
        var indexes = slices.Keys.Order().ToArray();
        if (slicesPerWindow == 1 && slicesPerSlide == 1)
        {
            return indexes.Select(index => (clock.StartOf(index), clock.StartOf(index + 1), slices[index]));
        }

        return Slide(indexes);
    }

    private IEnumerable<(long Start, long End, SeriesAggregate Points)> Slide(long[] indexes)
    {
        // Windows begin at multiples of the slide; the first that reaches a slice is the next one to be made.
        var (next, first) = (long.MinValue, 0);
        var work = 0L;
        foreach (var index in indexes)
        {
            var earliest = CeilingOf(index - slicesPerWindow + 1);
            for (next = Math.Max(next, earliest); next <= index; next += slicesPerSlide)
            {
                while (indexes[first] < next)
                {
                    first++;
                }

                var points = new SeriesAggregate(needs);
                for (var i = first; i < indexes.Length && indexes[i] < next + slicesPerWindow; i++)
                {
                    points.Add(slices[indexes[i]]);
                    work++;
                }

                if (++work > WorkMax)
                {
                    throw TooMany();
                }

                yield return (clock.StartOf(next), clock.StartOf(next + slicesPerWindow), points);
            }
        }
    }

    private long CeilingOf(long index)
    {
        var (quotient, rest) = Math.DivRem(index, slicesPerSlide);
        return (rest > 0 ? quotient + 1 : quotient) * slicesPerSlide;
    }

    private SeriesAggregate SliceAt(long time)
    {
        if (current is not null && time >= currentStart && time < currentEnd)
        {
            return current;
        }

        var index = clock.IndexOf(time);
        if (!slices.TryGetValue(index, out current))
        {
            if (slices.Count >= Limits.SeriesWindowsMax)
            {
                throw TooMany();
            }

            slices[index] = current = new SeriesAggregate(needs);
        }

        (currentStart, currentEnd) = (clock.StartOf(index), clock.StartOf(index + 1));
        return current;
    }

    // How many of sorted times are before an instant: by doubling steps, since a slice is short beside a chunk.
    private static int CountBefore(ReadOnlySpan<long> times, long end)
    {
        if (end == long.MaxValue || times[^1] < end)
        {
            return times.Length;
        }

        var high = 1;
        while (high < times.Length && times[high] < end)
        {
            high *= 2;
        }

        var low = high / 2;
        high = Math.Min(high, times.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = times[middle] < end ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
