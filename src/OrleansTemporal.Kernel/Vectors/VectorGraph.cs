using System.Runtime.CompilerServices;

namespace OrleansTemporal.Vectors;

/// <summary>
/// A hierarchical navigable small world (Malkov and Yashunin, arXiv:1603.09320) over rows of a <see cref="VectorRows"/>.
/// Rows are listed by one thread and linked by another, batch by batch; any number of threads search meanwhile and need
/// no lock, since memory never moves and each list of neighbours holds numbers of linked rows at every moment. Nothing is
/// ever taken out: what may be answered with is the searcher's business. The same rows, options and register width give
/// the same graph, on any number of threads.
/// </summary>
public sealed unsafe partial class VectorGraph
{
    private const int ChunkBytes = 1 << 17;

    // More would drive out what is being read.
    private const int CodeLinesMax = 16;

    private readonly VectorRows rows;
    private readonly double levelScale;
    private readonly int neighbours;
    private readonly int neighboursBelow;

    // By slot, which is the place of a row in this graph.
    private readonly FlatMemory<int> rowOfSlot;
    private readonly FlatMemory<int> below;
    private readonly FlatMemory<int> upperStart;

    // By row: its slot plus one, or 0.
    private readonly FlatMemory<int> slotOfRow;

    // Lists of the levels above the lowest, those of one row behind each other.
    private readonly FlatMemory<int> upper;
    private readonly VectorScratchPool pool;

    // Of the codes of a row; 0 where there are none.
    private readonly int codeLines;
    private int upperCount;
    private int listed;
    private int indexed;
    private Entrance entrance = Entrance.None;

    /// <summary>Makes an empty graph.</summary>
    public VectorGraph(VectorRows rows, VectorGraphOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Neighbours, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Neighbours, VectorGraphOptions.NeighboursMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ConstructionWidth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ConstructionWidth, VectorGraphOptions.ConstructionWidthMax);
        this.rows = rows;
        codeLines = Math.Min(rows.Codes?.Stride / 64 ?? 0, CodeLinesMax);
        Options = options;
        neighbours = options.Neighbours;
        neighboursBelow = options.Neighbours * 2;
        levelScale = 1 / Math.Log(options.Neighbours);
        pool = new VectorScratchPool();
        rowOfSlot = new FlatMemory<int>(1, ChunkBytes / 8);
        upperStart = new FlatMemory<int>(1, ChunkBytes / 8);
        slotOfRow = new FlatMemory<int>(1, ChunkBytes / 8);
        below = new FlatMemory<int>(neighboursBelow + 1, ChunkBytes);
        upper = new FlatMemory<int>(neighbours + 1, ChunkBytes);
    }

    // Which row is where never changes, so that is shared; the lists do, so each graph has its own.
    private VectorGraph(VectorGraph growing, FlatMemory<int> below, FlatMemory<int> upper)
    {
        rows = growing.rows;
        codeLines = growing.codeLines;
        Options = growing.Options;
        neighbours = growing.neighbours;
        neighboursBelow = growing.neighboursBelow;
        levelScale = growing.levelScale;
        pool = growing.pool;
        rowOfSlot = growing.rowOfSlot;
        upperStart = growing.upperStart;
        slotOfRow = growing.slotOfRow;
        this.below = below;
        this.upper = upper;
        SharedBytes = rowOfSlot.Bytes + upperStart.Bytes + slotOfRow.Bytes;
    }

    /// <summary>Shape of the graph.</summary>
    public VectorGraphOptions Options { get; }

    /// <summary>Rows listed so far, linked or not.</summary>
    public int Listed => Volatile.Read(ref listed);

    /// <summary>Rows linked so far: the first of those listed. Searches find these.</summary>
    public int Indexed => Volatile.Read(ref indexed);

    /// <summary>Rows listed and not linked.</summary>
    public int Waiting => Listed - Indexed;

    /// <summary>Bytes of the graph's own memory, without the rows.</summary>
    public long Bytes => -SharedBytes + rowOfSlot.Bytes + upperStart.Bytes + slotOfRow.Bytes + below.Bytes + upper.Bytes;

    private long SharedBytes { get; }

    /// <summary>The graph as it is, which no later row will change. Between two batches, by their owner. Cost: a copy of the lists.</summary>
    public VectorGraph Freeze() => new(this, below.Copy(indexed, ChunkBytes), upper.Copy(upperCount, ChunkBytes))
    {
        upperCount = upperCount,
        entrance = entrance,
        listed = indexed,
        indexed = indexed,
    };

    /// <summary>The work of measuring how wide searches have to be.</summary>
    public VectorCalibration Measure() => new(this, rows);

    /// <summary>Lists a row, to be linked in its turn. One thread at a time; a row comes once.</summary>
    public void List(int row)
    {
        rowOfSlot.Ensure(listed + 1);
        slotOfRow.Ensure(row + 1);
        *rowOfSlot.At(listed) = row;
        *slotOfRow.At(row) = listed + 1;
        Volatile.Write(ref listed, listed + 1);
    }

    /// <summary>Whether a row is listed.</summary>
    public bool Lists(int row) => row < slotOfRow.CountMax && *slotOfRow.At(row) != 0;

    /// <summary>The row that was listed at a place, counted from 0.</summary>
    public int RowAt(int place)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)Listed, nameof(place));
        return *rowOfSlot.At(place);
    }

    /// <summary>The neighbours of a row on a level, in the order in which they are kept; a copy. None of a row that is not linked there.</summary>
    public int[] NeighboursOf(int row, int level)
    {
        if (!IsLinked(row, Indexed))
        {
            return [];
        }

        var list = ListOf(row, level);
        return list is null ? [] : new ReadOnlySpan<int>(list + 1, *list).ToArray();
    }

    /// <summary>Highest level of a row: a number of the seed and the row alone.</summary>
    public int LevelOf(int row)
    {
        // SplitMix64 (Steele, Lea and Flood, 2014) of the seed and the row.
        var bits = Options.Seed + ((ulong)(uint)row + 1) * 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        bits ^= bits >> 31;
        var uniform = ((bits >> 11) + 1) * (1.0 / (1UL << 53));
        return (int)(-Math.Log(uniform) * levelScale);
    }

    // Null when the row is not linked on that level.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int* ListOf(int row, int level)
    {
        var slot = *slotOfRow.At(row) - 1;
        if (level == 0)
        {
            return below.At(slot);
        }

        var start = *upperStart.At(slot);
        return start == 0 ? null : upper.At(start - 1 + level - 1);
    }

    private int Capacity(int level) => level == 0 ? neighboursBelow : neighbours;

    // Where every search starts; replaced whole.
    private sealed record Entrance(int Row, int Level)
    {
        public static Entrance None { get; } = new(-1, -1);
    }
}
