namespace OrleansTemporal.Series;

/// <summary>
/// Points of several series in one order: by event time, at equal times by the series' place. Blocks are decoded one at a
/// time for each series. Not thread-safe.
/// </summary>
internal sealed class SeriesMerge : IDisposable
{
    private readonly Cursor[] cursors;
    private readonly PriorityQueue<int, (long Time, int Rank)> queue = new();

    /// <summary>Begins before the first point.</summary>
    /// <param name="readers">By rank; disposed with this.</param>
    public SeriesMerge(IEnumerable<SeriesReader> readers)
    {
        cursors = [.. readers.Select(static reader => new Cursor(reader))];
        for (var rank = 0; rank < cursors.Length; rank++)
        {
            Enqueue(rank);
        }
    }

    /// <summary>Begins before the first point of some series of a moment, by rank.</summary>
    public static async ValueTask<SeriesMerge> OpenAsync(SeriesMoment moment, IEnumerable<SeriesView> views, SeriesSelector selector, SeriesWindows windows, CancellationToken cancellationToken)
    {
        var readers = new List<SeriesReader>();
        foreach (var view in views)
        {
            readers.Add(await moment.OpenAsync(view, selector, windows, cancellationToken).ConfigureAwait(false));
        }

        return new SeriesMerge(readers);
    }

    /// <summary>The series' place.</summary>
    public int Rank { get; private set; }

    /// <summary>The event time.</summary>
    public long Time { get; private set; }

    /// <summary>The value.</summary>
    public double Value { get; private set; }

    /// <summary>Goes to the next point. Everything is in memory.</summary>
    public bool MoveNext()
    {
        var moving = MoveNextAsync(CancellationToken.None);
        return moving.IsCompletedSuccessfully ? moving.Result : throw new InvalidOperationException("A block is in a segment and was not loaded.");
    }

    /// <summary>Goes to the next point. Completes at once when that is in memory.</summary>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        while (queue.TryPeek(out var rank, out _))
        {
            var cursor = cursors[rank];
            if (cursor.At < cursor.Times.Length)
            {
                (Rank, Time, Value) = (rank, cursor.Times[cursor.At], cursor.Values[cursor.At]);
                cursor.At++;
                Enqueue(rank);
                return new(true);
            }

            // The queue had only a bound of the block's first time: now that is to be known.
            var loading = cursor.Reader.LoadAsync(cancellationToken);
            if (!loading.IsCompletedSuccessfully)
            {
                return MoveSlowlyAsync(loading, cursor, rank, cancellationToken);
            }

            Fill(cursor, rank);
        }

        return new(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cursor in cursors)
        {
            cursor.Reader.Dispose();
        }
    }

    private async ValueTask<bool> MoveSlowlyAsync(ValueTask loading, Cursor cursor, int rank, CancellationToken cancellationToken)
    {
        await loading.ConfigureAwait(false);
        Fill(cursor, rank);
        return await MoveNextAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Fill(Cursor cursor, int rank)
    {
        cursor.Fill();
        Enqueue(rank);
    }

    // The rank is first in the queue already, or not in it at all.
    private void Enqueue(int rank)
    {
        var cursor = cursors[rank];
        long? next = cursor.At < cursor.Times.Length ? cursor.Times[cursor.At] : cursor.Reader.MoveNext() ? cursor.Reader.FirstTime : null;
        if (queue.Count == 0 || queue.Peek() != rank)
        {
            if (next is { } first)
            {
                queue.Enqueue(rank, (first, rank));
            }
        }
        else if (next is { } time)
        {
            queue.DequeueEnqueue(rank, (time, rank));
        }
        else
        {
            queue.Dequeue();
        }
    }

    private sealed class Cursor(SeriesReader reader)
    {
        public SeriesReader Reader => reader;

        public long[] Times { get; private set; } = [];

        public double[] Values { get; private set; } = [];

        public int At { get; set; }

        public void Fill()
        {
            reader.Read(out var times, out var values);
            (Times, Values, At) = (times.ToArray(), values.ToArray(), 0);
        }
    }
}
