namespace OrleansTemporal.Views;

/// <summary>
/// Which keys are in a view, in its order, now and at the moments before. Changes come in the order of their times, as of one
/// moment after the other; a row costs two binary searches when it comes, goes or moves, and nothing when it stays where it
/// is. Values that end take no work: a row knows when it does. Not thread-safe.
/// </summary>
public sealed class ViewRows
{
    // Rows of the past are kept until there are this many, and as many as live ones.
    private const int PastRowsMin = 100_000;

    private const int RowBytes = 176;

    private readonly Dictionary<string, ViewRow> newest = new(StringComparer.Ordinal);
    private readonly ViewRowOrder order = new();
    private readonly PriorityQueue<ViewRow, ulong> ends = new();
    private readonly int pastRowsMin;

    /// <summary>Makes an empty table that knows of nothing before a moment.</summary>
    public ViewRows(ulong floor, int pastRowsMin = PastRowsMin)
    {
        Floor = Moment = floor;
        this.pastRowsMin = pastRowsMin;
    }

    /// <summary>The earliest moment that can be asked for.</summary>
    public ulong Floor { get; private set; }

    /// <summary>The latest moment whose changes are all in.</summary>
    public ulong Moment { get; private set; }

    /// <summary>Rows at <see cref="Moment"/>.</summary>
    public int LiveCount { get; private set; }

    /// <summary>Bytes in memory, about.</summary>
    public long Bytes { get; private set; }

    /// <summary>Says that from a time on a key is in the view, at a place of its order, until it ends.</summary>
    /// <param name="key">The key.</param>
    /// <param name="from">When it was written; not before the key's last change.</param>
    /// <param name="place">Its columns in the order; null when it is not in the view.</param>
    /// <param name="to">When its value ends; <see cref="ulong.MaxValue"/> for never.</param>
    public void Set(string key, ulong from, byte[]? place, ulong to)
    {
        place = to <= from ? null : place;
        if (newest.TryGetValue(key, out var before) && before.From >= from)
        {
            // Written twice at one time: only the last of it was ever there.
            before = Retract(before);
        }

        if (before is not null && before.To > from)
        {
            if (place is not null && before.Order.AsSpan().SequenceEqual(place))
            {
                // The same place, without a gap: the row goes on, whatever its document says now.
                Extend(before, to);
                return;
            }

            before.To = from;
            End(before);
        }

        if (place is null)
        {
            return;
        }

        var row = new ViewRow(before?.Key ?? key, place, from, to, before);
        newest[row.Key] = row;
        order.Add(row);
        LiveCount++;
        Bytes += BytesOf(row);
        Await(row);
    }

    /// <summary>Forgets that a key was ever in the view.</summary>
    public void Erase(string key)
    {
        if (!newest.Remove(key, out var row))
        {
            return;
        }

        for (ViewRow? span = row; span is not null; span = span.Older)
        {
            order.Remove(span);
            Bytes -= BytesOf(span);
            End(span);
        }
    }

    /// <summary>Says that all changes up to a moment are in.</summary>
    public void Advance(ulong moment)
    {
        Moment = Math.Max(Moment, moment);
        while (ends.TryPeek(out var row, out var end) && end <= Moment)
        {
            ends.Dequeue();

            // A row that was ended, extended or erased meanwhile has another end by now.
            if (row.IsLive && row.To == end)
            {
                End(row);
            }
        }

        if (ends.Count > 1_000 + (2 * order.Count))
        {
            RenewEnds();
        }

        if (order.Count - LiveCount > Math.Max(pastRowsMin, LiveCount))
        {
            Forget(Moment);
        }
    }

    /// <summary>Lets go of what was over before a moment, which can not be asked for any more.</summary>
    public void Forget(ulong floor)
    {
        if (floor <= Floor)
        {
            return;
        }

        Floor = Math.Min(floor, Moment);
        order.Keep(row => row.IsLive || row.To > Floor);
        Bytes = 0;
        foreach (var (key, row) in newest)
        {
            if (!row.IsLive && row.To <= Floor)
            {
                newest.Remove(key);
                continue;
            }

            var last = row;
            for (; last.Older is { } older && older.To > Floor; last = older)
            {
                Bytes += BytesOf(last);
            }

            Bytes += BytesOf(last);
            last.Older = null;
        }
    }

    /// <summary>Rows as of a moment, in order, behind a place.</summary>
    /// <param name="time">From <see cref="Floor"/> to <see cref="Moment"/>.</param>
    /// <param name="from">Columns of the place to begin at; empty for the beginning.</param>
    /// <param name="after">Key that the place ends with, exclusive; null to begin with the first row of these columns.</param>
    public IEnumerable<ViewRow> At(ulong time, byte[] from, string? after = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, Floor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, Moment);
        return order.From(from, after, ulong.MaxValue).Where(row => row.HoldsAt(time));
    }

    /// <summary>The row of a key as of a moment; null when it has none.</summary>
    public ViewRow? Find(string key, ulong time)
    {
        for (var row = newest.GetValueOrDefault(key); row is not null; row = row.Older)
        {
            if (row.HoldsAt(time))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>How many rows there are as of a moment; O(1) at <see cref="Moment"/>, else O(rows).</summary>
    public int CountAt(ulong time) => time == Moment ? LiveCount : At(time, []).Count();

    private void Extend(ViewRow row, ulong to)
    {
        if (row.To != to)
        {
            row.To = to;
            Await(row);
        }
    }

    private void Await(ViewRow row)
    {
        if (row.To != ulong.MaxValue)
        {
            ends.Enqueue(row, row.To);
        }
    }

    private ViewRow? Retract(ViewRow row)
    {
        End(row);
        order.Remove(row);
        Bytes -= BytesOf(row);
        if (row.Older is { } older)
        {
            newest[row.Key] = older;
        }
        else
        {
            newest.Remove(row.Key);
        }

        return row.Older;
    }

    // Without those of rows that have another end by now.
    private void RenewEnds()
    {
        ends.Clear();
        foreach (var row in newest.Values)
        {
            if (row.IsLive)
            {
                Await(row);
            }
        }
    }

    private void End(ViewRow row)
    {
        LiveCount -= row.IsLive ? 1 : 0;
        row.IsLive = false;
    }

    private static long BytesOf(ViewRow row) => RowBytes + row.Order.Length + (row.Older is null ? 2L * row.Key.Length : 0);
}
