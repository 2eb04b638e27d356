using System.Runtime.CompilerServices;

namespace OrleansTemporal.Vectors;

/// <summary>What one search needs while it runs; kept for the next one, so that searching allocates nothing. Not thread-safe.</summary>
internal sealed unsafe class VectorScratch
{
    private FlatMemory<float>? query;
    private FlatMemory<sbyte>? codes;
    private ushort[] tags = new ushort[1_024];
    private ushort tag;

    /// <summary>The nearest rows.</summary>
    public VectorBeam Beam { get; } = new();

    /// <summary>Rows to be looked at, where not each of them may be answered with.</summary>
    public VectorFrontier Frontier { get; } = new();

    /// <summary>Neighbours whose distance is due.</summary>
    public int[] Pending { get; } = new int[VectorGraphOptions.NeighboursMax * 2];

    /// <summary>Lays a query out as a row is. The scratch keeps the memory alive.</summary>
    public float* LayOut(VectorRows rows, ReadOnlySpan<float> values)
    {
        if (query is null || query.Stride != rows.Stride)
        {
            query = new FlatMemory<float>(rows.Stride, 0);
            query.Ensure(1);
        }

        rows.Fill(query.At(0), values);
        return query.At(0);
    }

    /// <summary>Lays the codes of a query out as those of a row are. The scratch keeps the memory alive.</summary>
    public float* LayOutCodes(VectorRows rows, ReadOnlySpan<float> values)
    {
        var of = rows.Codes!;
        if (codes is null || codes.Stride != of.Stride)
        {
            codes = new FlatMemory<sbyte>(of.Stride, 0);
            codes.Ensure(1);
        }

        of.Fill(codes.At(0), values);
        return (float*)codes.At(0);
    }

    /// <summary>Rows below this can be marked.</summary>
    public int RowsMax => tags.Length;

    /// <summary>Forgets which rows were seen, and has room for so many.</summary>
    public void Reset(int rows)
    {
        if (tags.Length < rows)
        {
            tags = new ushort[Math.Max(rows, tags.Length * 2)];
            tag = 0;
        }

        if (++tag == 0)
        {
            Array.Clear(tags);
            tag = 1;
        }
    }

    /// <summary>Marks a row; true when it was not marked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Mark(int row)
    {
        ref var of = ref tags[row];
        var isNew = of != tag;
        of = tag;
        return isNew;
    }
}
