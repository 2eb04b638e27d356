using System.Buffers;
using System.Buffers.Binary;

namespace OrleansTemporal.Vectors;

internal sealed unsafe partial class GrowingGraph
{
    /// <summary>Writes what is known of the graph, and which rows are listed, as many as were at some moment.</summary>
    public void Write(IBufferWriter<byte> writer, int listed)
    {
        WriteTime(writer, begin);
        VectorGraph.WriteNumbers(writer, [listed, Frozen, widths.Auto, widths.Thorough, measured]);
        for (var place = 0; place < listed; place++)
        {
            if (place % VectorGraphBatch.Size == 0)
            {
                WriteTime(writer, TimeOf(place));
            }

            VectorGraph.WriteNumbers(writer, [graph.RowAt(place)]);
        }
    }

    /// <summary>Reads it; null when that can not be. The lists follow.</summary>
    public static GrowingGraph? TryRead(ref ReadOnlySpan<byte> source, VectorRows rows, int rowCount, VectorGraphOptions options)
    {
        Span<int> numbers = stackalloc int[5];
        if (!TryReadTime(ref source, out var begin) || !VectorGraph.TryReadNumbers(ref source, numbers) || numbers[0] < 0 || numbers[0] > rowCount)
        {
            return null;
        }

        var growing = new GrowingGraph(new VectorGraph(rows, options), begin)
        {
            Frozen = numbers[1],
            widths = new VectorWidths(numbers[2], numbers[3]),
            measured = numbers[4],
        };
        var time = 0UL;
        Span<int> row = stackalloc int[1];
        for (var place = 0; place < numbers[0]; place++)
        {
            if (place % VectorGraphBatch.Size == 0 && !TryReadTime(ref source, out time))
            {
                return null;
            }

            if (!VectorGraph.TryReadNumbers(ref source, row) || (uint)row[0] >= (uint)rowCount || growing.Graph.Lists(row[0]))
            {
                return null;
            }

            growing.List(row[0], time);
        }

        return growing;
    }

    internal static void WriteTime(IBufferWriter<byte> writer, ulong time)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(sizeof(ulong)), time);
        writer.Advance(sizeof(ulong));
    }

    internal static bool TryReadTime(ref ReadOnlySpan<byte> source, out ulong time)
    {
        time = 0;
        if (source.Length < sizeof(ulong))
        {
            return false;
        }

        time = BinaryPrimitives.ReadUInt64LittleEndian(source);
        source = source[sizeof(ulong)..];
        return true;
    }
}
