using System.Buffers;
using System.Buffers.Binary;

namespace OrleansTemporal.Vectors;

public sealed unsafe partial class VectorGraph
{
    /// <summary>Writes what is linked: how much, where searches come in, and every list (docs/formats/vector-index.md). By the worker.</summary>
    internal void WriteLists(IBufferWriter<byte> writer)
    {
        WriteNumbers(writer, [indexed, entrance.Row, entrance.Level]);
        for (var slot = 0; slot < indexed; slot++)
        {
            var row = *rowOfSlot.At(slot);
            for (var level = LevelOf(row); level >= 0; level--)
            {
                var list = ListOf(row, level);
                var length = *list;
                var bytes = writer.GetSpan(2 + (length * sizeof(int)));
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)length);
                for (var i = 0; i < length; i++)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(bytes[(2 + (i * sizeof(int)))..], list[i + 1]);
                }

                writer.Advance(2 + (length * sizeof(int)));
            }
        }
    }

    /// <summary>Takes over what was written of this graph, whose rows are listed. Before anybody searches it.</summary>
    /// <returns>False when that can not be: the graph is of no use then.</returns>
    internal bool TryReadLists(ref ReadOnlySpan<byte> source)
    {
        Span<int> head = stackalloc int[3];
        if (!TryReadNumbers(ref source, head) || head[0] < 0 || head[0] > Listed || head[0] % VectorGraphBatch.Size != 0)
        {
            return false;
        }

        var count = head[0];
        below.Ensure(count);
        upperStart.Ensure(count);
        for (var slot = 0; slot < count; slot++)
        {
            var row = *rowOfSlot.At(slot);
            var levels = LevelOf(row);
            if (levels > 0)
            {
                upper.Ensure(upperCount + levels);
                *upperStart.At(slot) = upperCount + 1;
                upperCount += levels;
            }

            for (var level = levels; level >= 0; level--)
            {
                if (!TryReadList(ref source, ListOf(row, level), level, count))
                {
                    return false;
                }
            }
        }

        if (count > 0 && (!IsLinked(head[1], count) || LevelOf(head[1]) != head[2]))
        {
            return false;
        }

        entrance = count == 0 ? Entrance.None : new Entrance(head[1], head[2]);
        Volatile.Write(ref indexed, count);
        return true;
    }

    /// <summary>A graph over the first slots of this one, with lists that were written of it; null when that can not be.</summary>
    internal VectorGraph? TryReadFrozen(ref ReadOnlySpan<byte> source)
    {
        var frozen = new VectorGraph(this, new FlatMemory<int>(below.Stride, ChunkBytes), new FlatMemory<int>(upper.Stride, ChunkBytes)) { listed = listed };
        if (!frozen.TryReadLists(ref source))
        {
            return null;
        }

        frozen.listed = frozen.indexed;
        return frozen;
    }

    internal static void WriteNumbers(IBufferWriter<byte> writer, ReadOnlySpan<int> numbers)
    {
        var bytes = writer.GetSpan(numbers.Length * sizeof(int));
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[(i * sizeof(int))..], numbers[i]);
        }

        writer.Advance(numbers.Length * sizeof(int));
    }

    internal static bool TryReadNumbers(ref ReadOnlySpan<byte> source, scoped Span<int> numbers)
    {
        if (source.Length < numbers.Length * sizeof(int))
        {
            return false;
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(source[(i * sizeof(int))..]);
        }

        source = source[(numbers.Length * sizeof(int))..];
        return true;
    }

    // Every number is looked at: a search follows them without asking.
    private bool TryReadList(ref ReadOnlySpan<byte> source, int* list, int level, int linked)
    {
        if (source.Length < 2 || BinaryPrimitives.ReadUInt16LittleEndian(source) is var length && (length > Capacity(level) || source.Length < 2 + (length * sizeof(int))))
        {
            return false;
        }

        for (var i = 0; i < length; i++)
        {
            var row = BinaryPrimitives.ReadInt32LittleEndian(source[(2 + (i * sizeof(int)))..]);
            if (!IsLinked(row, linked) || LevelOf(row) < level)
            {
                return false;
            }

            list[i + 1] = row;
        }

        *list = length;
        source = source[(2 + (length * sizeof(int)))..];
        return true;
    }

    private bool IsLinked(int row, int linked) => (uint)row < (uint)slotOfRow.CountMax && *slotOfRow.At(row) is var slot && slot >= 1 && slot <= linked;
}
