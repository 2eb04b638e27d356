namespace OrleansTemporal.Vectors;

/// <summary>
/// The graphs over one collection's rows, for now and for every moment of the past. One graph grows. Each time that it
/// has doubled, its lists are copied, and the copy answers for the moments before the next row came. When more than half
/// of its rows are gone, a successor is made of those that are there, and it stays for the moments before. So at least
/// about half of what a search walks through can be its answer, at any moment, and nothing that helps the past is ever
/// taken out. Rows that are listed and not linked yet are compared one by one.
/// </summary>
/// <remarks>
/// Three parties: the gate's holder calls <see cref="Add"/>, <see cref="End"/> and <see cref="Turn"/>; one worker calls
/// <see cref="NextWork"/> and does the work; any number search.
/// </remarks>
public sealed partial class VectorIndex
{
    /// <summary>Graphs below this are neither copied, nor measured, nor replaced.</summary>
    public const int EraRowsMin = 4_096;

    private readonly VectorGraphOptions options;
    private Layout layout;

    /// <summary>Makes an empty index.</summary>
    public VectorIndex(int dimensions, VectorMetric metric, VectorGraphOptions options)
    {
        this.options = options;
        Rows = new VectorRows(dimensions, metric, options.Quantization);
        layout = new Layout(new GrowingGraph(new VectorGraph(Rows, options), 0), null, []);
    }

    /// <summary>The vectors.</summary>
    public VectorRows Rows { get; }

    /// <summary>When which of them was there.</summary>
    public VectorHistory History { get; } = new();

    /// <summary>Rows that the newest graph has linked.</summary>
    public int Linked => Volatile.Read(ref layout).Current.Graph.Indexed;

    /// <summary>How many graphs there are, those of the past included.</summary>
    public int GraphCount => Volatile.Read(ref layout) is var now ? now.Eras.Length + (now.Successor is null ? 1 : 2) : 0;

    /// <summary>The newest graph.</summary>
    public VectorGraph Graph => Volatile.Read(ref layout).Current.Graph;

    /// <summary>Bytes of all graphs, without the rows.</summary>
    public long GraphBytes => Volatile.Read(ref layout) is var now
        ? now.Current.Graph.Bytes + (now.Successor?.Graph.Bytes ?? 0) + now.Eras.Sum(static era => era.Graph.Bytes)
        : 0;

    /// <summary>Notes that a row is there from a moment on.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="time">The moment; never before one that came earlier.</param>
    /// <returns>The number of the entry.</returns>
    public int Add(int row, ulong time)
    {
        var entry = History.Add(row, time);
        layout.Current.List(row, time);
        layout.Successor?.List(row, time);
        return entry;
    }

    /// <summary>Notes that an entry is gone from a moment on.</summary>
    public void End(int entry, ulong time) => History.End(entry, time);

    /// <summary>Begins a successor when one is due, or lets it take its place when it has caught up. By the worker, in the gate.</summary>
    /// <param name="now">At or after every moment so far.</param>
    /// <returns>True when there may be work because of it.</returns>
    public bool Turn(ulong now)
    {
        if (layout.Current.Graph.Waiting >= VectorGraphBatch.Size)
        {
            return false;
        }

        if (layout.Successor is { } successor)
        {
            if (successor.Graph.Waiting >= VectorGraphBatch.Size)
            {
                return false;
            }

            var past = new VectorEra(layout.Current.Graph, layout.Current.Begin, successor.Begin, layout.Current);
            Volatile.Write(ref layout, new Layout(successor, null, [.. layout.Eras, past]));
            return true;
        }

        var listed = layout.Current.Graph.Listed;
        if (listed < EraRowsMin || History.LiveRows >= listed / 2)
        {
            return false;
        }

        successor = new GrowingGraph(new VectorGraph(Rows, options), now);
        for (var row = 0; row < Rows.Count; row++)
        {
            if (History.LiveEntryOf(row, now) >= 0)
            {
                successor.List(row, now);
            }
        }

        Volatile.Write(ref layout, layout with { Successor = successor });
        return true;
    }

    /// <summary>The next piece of work, or null when there is none; the one before is done. By the worker, outside the gate.</summary>
    public VectorWork? NextWork()
    {
        FreezeWhenDoubled(layout.Current);
        return layout.Current.NextWork() ?? layout.Successor?.NextWork();
    }

    // The copy answers for moments before the first row that it lacks.
    private void FreezeWhenDoubled(GrowingGraph growing)
    {
        var linked = growing.Graph.Indexed;
        if (linked >= EraRowsMin && linked >= growing.Frozen * 2 && growing.Graph.Listed > linked)
        {
            growing.Frozen = linked;
            var era = new VectorEra(growing.Graph.Freeze(), growing.Begin, growing.TimeOf(linked), growing);
            Volatile.Write(ref layout, layout with { Eras = [.. layout.Eras, era] });
        }
    }

    private sealed record Layout(GrowingGraph Current, GrowingGraph? Successor, VectorEra[] Eras);
}
