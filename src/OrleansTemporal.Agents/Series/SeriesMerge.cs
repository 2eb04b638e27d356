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

    /// <summary>The series' place.</summary>
    public int Rank { get; private set; }

    /// <summary>The event time.</summary>
    public long Time { get; private set; }

    /// <summary>The value.</summary>
    public double Value { get; private set; }

    /// <summary>Goes to the next point.</summary>
    public bool MoveNext()
    {
        if (!queue.TryDequeue(out var rank, out _))
        {
            return false;
        }

        var cursor = cursors[rank];
        (Rank, Time, Value) = (rank, cursor.Times[cursor.At], cursor.Values[cursor.At]);
        cursor.At++;
        Enqueue(rank);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cursor in cursors)
        {
            cursor.Reader.Dispose();
        }
    }

    private void Enqueue(int rank)
    {
        if (cursors[rank].TryFill())
        {
            queue.Enqueue(rank, (cursors[rank].Times[cursors[rank].At], rank));
        }
    }

    private sealed class Cursor(SeriesReader reader)
    {
        public SeriesReader Reader => reader;

        public long[] Times { get; private set; } = [];

        public double[] Values { get; private set; } = [];

        public int At { get; set; }

        public bool TryFill()
        {
            while (At == Times.Length)
            {
                if (!reader.MoveNext())
                {
                    return false;
                }

                reader.Read(out var times, out var values);
                (Times, Values, At) = (times.ToArray(), values.ToArray(), 0);
            }

            return true;
        }
    }
}
