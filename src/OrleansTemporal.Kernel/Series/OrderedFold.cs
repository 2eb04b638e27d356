using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>Windows whose bounds follow from the points: sessions, counts and adaptive ones. Points come in the order of time.</summary>
internal sealed class OrderedFold(WindowSpec window, SeriesNeeds needs) : WindowFold
{
    private readonly List<(long Start, long End, SeriesAggregate Points)> closed = [];
    private SeriesAggregate? current;
    private long start;
    private long newest;
    private SeriesSum magnitude;

    /// <inheritdoc/>
    public override bool NeedsOrder => true;

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<long> times, ReadOnlySpan<double> values, int rank)
    {
        while (!times.IsEmpty)
        {
            if (current is not null && IsOverBefore(times[0]))
            {
                Close();
            }

            if (current is null)
            {
                (current, start, magnitude) = (new SeriesAggregate(needs), times[0], default);
                newest = start;
            }

            var count = CountInside(times, values);
            current.Add(times[..count], values[..count], rank);
            newest = times[count - 1];
            times = times[count..];
            values = values[count..];
            if (IsFull())
            {
                Close(isFull: true);
            }
        }
    }

    /// <inheritdoc/>
    public override bool TryAdd(in ChunkSummary chunk, int rank) => false;

    /// <inheritdoc/>
    public override IEnumerable<(long Start, long End, SeriesAggregate Points)> Finish()
    {
        Close();
        return closed;
    }

    private bool IsOverBefore(long time) => window.Kind switch
    {
        WindowKind.Session => time >= WindowBounds.After(newest, window.Gap),
        WindowKind.Adaptive => time >= WindowBounds.After(start, window.Size),
        _ => false,
    };

    private bool IsFull() =>
        window.Kind != WindowKind.Session
        && new WindowBounds(0, window.Count, window.Magnitude).IsFull(current!.Count, magnitude.Value);

    // At least one point is inside: the window was begun with it, or is not over before it.
    private int CountInside(ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        var room = window.Kind != WindowKind.Session && window.Count > 0 ? window.Count - current!.Count : long.MaxValue;
        for (var i = 0; i < times.Length; i++)
        {
            if (i >= room || (i > 0 && IsOver(times, i)))
            {
                return i;
            }

            if (window.Magnitude > 0)
            {
                magnitude.Add(Math.Abs(values[i]));
                if (magnitude.Value >= window.Magnitude)
                {
                    return i + 1;
                }
            }
        }

        return times.Length;
    }

    private bool IsOver(ReadOnlySpan<long> times, int i) => window.Kind switch
    {
        WindowKind.Session => times[i] >= WindowBounds.After(times[i - 1], window.Gap),
        WindowKind.Adaptive => times[i] >= WindowBounds.After(start, window.Size),
        _ => false,
    };

    private void Close(bool isFull = false)
    {
        if (current is null)
        {
            return;
        }

        if (closed.Count >= Limits.SeriesWindowsMax)
        {
            throw TooMany();
        }

        var end = window.Kind switch
        {
            WindowKind.Session => WindowBounds.After(newest, window.Gap),
            WindowKind.Adaptive when !isFull => WindowBounds.After(start, window.Size),
            _ => WindowBounds.After(newest, 1),
        };
        closed.Add((start, end, current));
        current = null;
    }
}
