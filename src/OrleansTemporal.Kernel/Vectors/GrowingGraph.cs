namespace OrleansTemporal.Vectors;

/// <summary>A graph that rows are still added to, and what is known about it.</summary>
internal sealed unsafe partial class GrowingGraph(VectorGraph graph, ulong begin)
{
    // When the first row of each batch was listed.
    private readonly FlatMemory<ulong> times = new(1, 1 << 12);
    private VectorCalibration? measuring;
    private VectorWidths widths = VectorWidths.Unmeasured;
    private int measured;

    public VectorGraph Graph => graph;

    /// <summary>The first moment that it can answer for.</summary>
    public ulong Begin => begin;

    /// <summary>How wide searches are.</summary>
    public VectorWidths Widths => Volatile.Read(ref widths);

    /// <summary>Rows linked when it was copied last.</summary>
    public int Frozen { get; set; }

    /// <summary>Lists a row, unless it is listed. In the gate.</summary>
    public void List(int row, ulong time)
    {
        if (graph.Lists(row))
        {
            return;
        }

        if (graph.Listed % VectorGraphBatch.Size == 0)
        {
            times.Ensure(graph.Listed / VectorGraphBatch.Size + 1);
            *times.At(graph.Listed / VectorGraphBatch.Size) = time;
        }

        graph.List(row);
    }

    /// <summary>When the row at a place was listed, which is the first of its batch.</summary>
    public ulong TimeOf(int place) => *times.At(place / VectorGraphBatch.Size);

    /// <summary>A batch, or a measurement when the graph has grown since the last: by a half, or by a tenth if there is nothing else to do.</summary>
    public VectorWork? NextWork()
    {
        if (measuring is { Result: { } result })
        {
            Volatile.Write(ref widths, result);
            (measured, measuring) = (measuring.Linked, null);
        }

        var batch = graph.NextBatch();
        var linked = (long)graph.Indexed;
        if (linked < VectorIndex.EraRowsMin || linked * (batch is null ? 10 : 2) <= measured * (batch is null ? 11L : 3L))
        {
            return batch;
        }

        return measuring = graph.Measure();
    }
}
