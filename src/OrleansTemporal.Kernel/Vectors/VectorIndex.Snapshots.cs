using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

public sealed partial class VectorIndex
{
    private const int HeadNumbers = 8;

    private static ReadOnlySpan<byte> Magic => "OTVI0001"u8;

    /// <summary>How far the index is. In the gate, by the worker, between two pieces of work.</summary>
    public VectorIndexMark Mark() => new(History.Count, Rows.Count, layout.Current.Graph.Listed);

    /// <summary>
    /// Writes the graphs, so that another life need not make them again (docs/formats/vector-index.md). By the worker,
    /// outside of the gate, before its next piece of work; a successor that has not taken over yet is left out.
    /// </summary>
    public ReadOnlyMemory<byte> Write(VectorIndexMark mark)
    {
        var writer = new ArrayBufferWriter<byte>((int)Math.Min(Array.MaxLength, (1 << 16) + GraphBytes + ((long)Rows.Count * sizeof(int))));
        writer.Write(Magic);
        GrowingGraph.WriteTime(writer, options.Seed);
        GrowingGraph.WriteTime(writer, Rows.DigestOf(mark.RowCount));
        var families = layout.Eras.Select(static era => era.Measured).Append(layout.Current).Distinct().ToArray();
        VectorGraph.WriteNumbers(
            writer,
            [Rows.Dimensions, (int)Rows.Metric, options.Neighbours, options.ConstructionWidth, mark.EntryCount, mark.RowCount, families.Length, (int)options.Quantization]);
        foreach (var family in families)
        {
            family.Write(writer, family == layout.Current ? mark.Listed : family.Graph.Listed);
            family.Graph.WriteLists(writer);
            var eras = layout.Eras.Where(era => era.Measured == family).ToArray();
            VectorGraph.WriteNumbers(writer, [eras.Length]);
            foreach (var era in eras)
            {
                GrowingGraph.WriteTime(writer, era.Begin);
                GrowingGraph.WriteTime(writer, era.End);
                VectorGraph.WriteNumbers(writer, [era.Graph == family.Graph ? 1 : 0]);
                if (era.Graph != family.Graph)
                {
                    era.Graph.WriteLists(writer);
                }
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), Crc32C.Compute(writer.WrittenSpan));
        writer.Advance(sizeof(uint));
        return writer.WrittenMemory;
    }

    /// <summary>Takes over graphs that were written of these rows in an earlier life, once everything is folded and before anybody searches.</summary>
    /// <returns>How many rows are linked by it; 0 when it is not about these rows, or damaged: then the graphs are made again.</returns>
    public int Read(ReadOnlySpan<byte> written)
    {
        if (written.Length < Magic.Length + sizeof(uint)
            || !written[..Magic.Length].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(written[^sizeof(uint)..]) != Crc32C.Compute(written[..^sizeof(uint)]))
        {
            return 0;
        }

        var source = written[Magic.Length..^sizeof(uint)];
        Span<int> head = stackalloc int[HeadNumbers];
        if (!GrowingGraph.TryReadTime(ref source, out var seed)
            || !GrowingGraph.TryReadTime(ref source, out var digest)
            || !VectorGraph.TryReadNumbers(ref source, head)
            || (seed, head[0], head[1], head[2], head[3], head[7]) != (options.Seed, Rows.Dimensions, (int)Rows.Metric, options.Neighbours, options.ConstructionWidth, (int)options.Quantization)
            || head[4] < 0 || head[4] > History.Count || head[5] < 0 || head[5] > Rows.Count || digest != Rows.DigestOf(head[5]))
        {
            return 0;
        }

        var (entryCount, rowCount) = (head[4], head[5]);
        var eras = new List<VectorEra>();
        GrowingGraph? family = null;
        for (var i = 0; i < head[6]; i++)
        {
            family = GrowingGraph.TryRead(ref source, Rows, rowCount, options);
            if (family is null || !family.Graph.TryReadLists(ref source) || !TryReadEras(ref source, family, eras))
            {
                return 0;
            }
        }

        if (family is null || !source.IsEmpty)
        {
            return 0;
        }

        for (var entry = entryCount; entry < History.Count; entry++)
        {
            family.List(History.RowOf(entry), History.BeginOf(entry));
        }

        Volatile.Write(ref layout, new Layout(family, null, [.. eras]));
        return family.Graph.Indexed;
    }

    private static bool TryReadEras(ref ReadOnlySpan<byte> source, GrowingGraph family, List<VectorEra> eras)
    {
        Span<int> number = stackalloc int[1];
        if (!VectorGraph.TryReadNumbers(ref source, number))
        {
            return false;
        }

        for (var left = number[0]; left > 0; left--)
        {
            if (!GrowingGraph.TryReadTime(ref source, out var begin) || !GrowingGraph.TryReadTime(ref source, out var end) || !VectorGraph.TryReadNumbers(ref source, number))
            {
                return false;
            }

            if ((number[0] == 1 ? family.Graph : family.Graph.TryReadFrozen(ref source)) is not { } graph)
            {
                return false;
            }

            eras.Add(new VectorEra(graph, begin, end, family));
        }

        return true;
    }
}
