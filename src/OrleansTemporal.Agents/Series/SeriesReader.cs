using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// Goes through the points of one series that are seen as of a sequence, in time order, block by block. A block is a chunk,
/// or several whose event times overlap. Not thread-safe; owns its buffers until it is disposed.
/// </summary>
internal sealed partial class SeriesReader : IDisposable
{
    private readonly SeriesView view;
    private readonly long throughSequence;
    private readonly SeriesKept kept;
    private readonly SeriesWindows windows;
    private readonly long asked;
    private readonly long from;
    private readonly long to;
    private readonly SeriesDeletion[] deletions;
    private readonly List<Item> windowItems;
    private readonly List<Item> pointItems;
    private readonly SeriesPoints points = new();
    private readonly List<ReadOnlyMemory<byte>> loaded = [];
    private List<Item> items;
    private int next;
    private (int First, int Count) cluster;
    private long[] lastTimes = [];
    private double[] lastValues = [];

    /// <summary>Begins before the first block.</summary>
    /// <param name="view">The series.</param>
    /// <param name="throughSequence">The newest sequence that is seen.</param>
    /// <param name="from">The first event time.</param>
    /// <param name="to">The first event time behind; <see cref="long.MaxValue"/> for no end.</param>
    /// <param name="kept">What policy has left of the stream; null for everything.</param>
    /// <param name="windows">What is done where it has left windows.</param>
    public SeriesReader(SeriesView view, long throughSequence, long from, long to, SeriesKept? kept = null, SeriesWindows windows = SeriesWindows.Skip)
    {
        this.view = view;
        this.throughSequence = throughSequence;
        this.kept = kept ?? SeriesKept.Everything;
        this.windows = windows;
        asked = from;
        this.from = Math.Max(from, this.kept.PointsFrom);
        this.to = to;
        deletions = [.. view.Deletions.Where(deletion => deletion.Sequence <= throughSequence)];
        windowItems = windows == SeriesWindows.Skip || this.kept.Bands.IsEmpty ? [] : [.. view.Parts.Where(IsWantedWindow).Select(WindowsOf)];
        pointItems = [.. view.Parts.Where(static part => !part.HasWindows).Select(static part => new Item(part, part.Span)).Append(OpenOf(view)).Where(IsWanted)];
        windowItems.Sort(static (left, right) => left.Span.FirstTime.CompareTo(right.Span.FirstTime));
        pointItems.Sort(static (left, right) => left.Span.FirstTime.CompareTo(right.Span.FirstTime));
        items = windowItems;
    }

    /// <summary>Which series.</summary>
    public SeriesKey Key => view.Key;

    /// <summary>The summary of the block when that is all there is to know of it: its points are all seen and all within the bounds.</summary>
    public ChunkSummary? Summary { get; private set; }

    /// <summary>The same by slices of time, as far as there are; empty where <see cref="Summary"/> is null.</summary>
    public System.Collections.Immutable.ImmutableArray<ChunkSummary> Slices { get; private set; } = [];

    /// <summary>True when the block has windows instead of points (<see cref="ReadWindows"/>).</summary>
    public bool HasWindows => cluster.Count > 0 && ReferenceEquals(items, windowItems);

    /// <summary>Chunks of the block.</summary>
    public int ChunkCount => cluster.Count;

    /// <summary>Earliest event time of the block.</summary>
    public long FirstTime => items[cluster.First].Span.FirstTime;

    /// <summary>Versions of points that there are, hidden ones and such beyond the bounds included.</summary>
    public long CountMax => view.Count;

    /// <summary>Goes to the next block; its points are not decoded yet.</summary>
    /// <returns>False when there is none.</returns>
    public bool MoveNext()
    {
        if (next == items.Count && ReferenceEquals(items, windowItems))
        {
            (items, next) = (pointItems, 0);
        }

        if (next == items.Count)
        {
            return false;
        }

        cluster = (next, 1);
        var count = CountOf(items[next]);
        for (var last = items[next].Span.LastTime; ++next < items.Count && items[next].Span.FirstTime <= last; cluster.Count++)
        {
            last = Math.Max(last, items[next].Span.LastTime);
            count += CountOf(items[next]);
        }

        RequireRoom(count);

        loaded.Clear();
        var (part, span) = items[cluster.First];
        var isWhole = cluster.Count == 1 && part is { HasWindows: false } && IsWhole(span) && span.FirstTime >= from && IsBefore(span.LastTime);
        Summary = isWhole ? part!.Entry.Summary : null;
        Slices = isWhole ? part!.Entry.Slices : [];
        return true;
    }

    /// <summary>Brings the block's chunks into memory, so that it can be read. Completes at once when they are there.</summary>
    public ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        for (var i = loaded.Count; i < cluster.Count; i++)
        {
            ReadOnlyMemory<byte> bytes = default;
            if (items[cluster.First + i].Part is { } part)
            {
                var loading = part.LoadAsync(cancellationToken);
                if (!loading.IsCompletedSuccessfully)
                {
                    return LoadSlowlyAsync(loading, cancellationToken);
                }

                bytes = loading.Result;
            }

            loaded.Add(bytes);
        }

        return default;
    }

    /// <summary>Decodes the block, which was loaded or is in memory. Of windows, the last point of each.</summary>
    /// <param name="times">Event times within the bounds, each once, ascending. Both are good until the next call.</param>
    /// <param name="values">As many values.</param>
    /// <exception cref="TemporalException">Gone, <c>history_expired</c>: there are windows, and whoever reads takes no last points for them.</exception>
    public void Read(out ReadOnlySpan<long> times, out ReadOnlySpan<double> values)
    {
        if (HasWindows)
        {
            ReadLastOfWindows(out times, out values);
            return;
        }

        points.Clear();
        var (part, span) = items[cluster.First];
        if (cluster.Count == 1 && part is { Entry.HasRepeats: false } && IsWhole(span))
        {
            points.Extend(part.Count);
            SeriesChunk.Decode(BytesOf(0), points.Times, [], points.Values);
        }
        else
        {
            for (var i = 0; i < cluster.Count; i++)
            {
                Add(i);
            }

            points.Settle(throughSequence, deletions);
        }

        var first = FirstAtOrAfter(points.Times, from);
        var end = to == long.MaxValue ? points.Count : FirstAtOrAfter(points.Times, to);
        times = points.Times[first..Math.Max(first, end)];
        values = points.Values[first..Math.Max(first, end)];
    }

    /// <inheritdoc/>
    public void Dispose() => points.Dispose();

    private static Item OpenOf(SeriesView view)
    {
        if (view.Times.Length == 0)
        {
            // Ends before it begins, so nobody wants it.
            return new Item(null, new SeriesSpan(long.MaxValue, long.MinValue, long.MaxValue, long.MinValue));
        }

        var (first, last) = (long.MaxValue, long.MinValue);
        foreach (var time in view.Times)
        {
            (first, last) = (Math.Min(first, time), Math.Max(last, time));
        }

        return new Item(null, new SeriesSpan(first, last, view.Sequences[0], view.Sequences[^1]));
    }

    private static int FirstAtOrAfter(ReadOnlySpan<long> times, long bound)
    {
        var (low, high) = (0, times.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = times[middle] < bound ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private long CountOf(Item item) => item.Part?.Count ?? view.Times.Length;

    // Chunks that overlap are decoded together, and a writer who is at home in two times has them all overlap.
    private void RequireRoom(long count)
    {
        if (count > Limits.SeriesPointsInMemoryMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"{count} points of '{view.Key.Text}' overlap in time, and at most {Limits.SeriesPointsInMemoryMax} are put in order at once; a shorter range is accepted.")
            {
                Limit = Limits.SeriesPointsInMemoryMax,
            };
        }
    }

    private bool IsBefore(long time) => to == long.MaxValue || time < to;

    private bool IsWanted(Item item) => item.Span.FirstSequence <= throughSequence && item.Span.LastTime >= from && IsBefore(item.Span.FirstTime);

    // All versions are seen and none is hidden.
    private bool IsWhole(SeriesSpan span) => span.LastSequence <= throughSequence && !Array.Exists(deletions, deletion => deletion.Touches(span));

    private async ValueTask LoadSlowlyAsync(ValueTask<ReadOnlyMemory<byte>> loading, CancellationToken cancellationToken)
    {
        loaded.Add(await loading.ConfigureAwait(false));
        await LoadAsync(cancellationToken).ConfigureAwait(false);
    }

    private ReadOnlySpan<byte> BytesOf(int place)
    {
        if (place < loaded.Count)
        {
            return loaded[place].Span;
        }

        return items[cluster.First + place].Part!.TryGetBytes(out var bytes)
            ? bytes.Span
            : throw new InvalidOperationException("The block is in a segment and was not loaded.");
    }

    private void Add(int place)
    {
        if (items[cluster.First + place].Part is not { } part)
        {
            points.Add(view.Times, view.Sequences, view.Values);
            return;
        }

        var at = points.Extend(part.Count);
        SeriesChunk.Decode(BytesOf(place), points.Times[at..], points.Sequences[at..], points.Values[at..]);
    }

    private readonly record struct Item(SeriesPart? Part, SeriesSpan Span);
}
