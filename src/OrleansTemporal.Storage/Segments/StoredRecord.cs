using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// A record as it stands in a block: the number of its back references, the references, and the bytes that are not
/// replaced by one. A record without references is a zero byte and the record.
/// </summary>
internal static class StoredRecord
{
    /// <summary>Most references of one record: every write of the largest batch repeats a value.</summary>
    public const int BackReferencesMax = Limits.BatchCountMax;

    public static void Write(FormatWriter writer, ReadOnlySpan<byte> record, ReadOnlySpan<BackReference> references)
    {
        writer.Var((ulong)references.Length);
        var end = 0;
        foreach (var reference in references)
        {
            writer.Var((ulong)(reference.Offset - end));
            writer.Var((ulong)reference.Length);
            writer.Var((ulong)reference.Distance);
            writer.Var((ulong)reference.SourceOffset);
            end = reference.Offset + reference.Length;
        }

        end = 0;
        foreach (var reference in references)
        {
            writer.Bytes(record[end..reference.Offset]);
            end = reference.Offset + reference.Length;
        }

        writer.Bytes(record[end..]);
    }

    /// <summary>Reads the references; the literal bytes are the rest.</summary>
    /// <param name="sequence">The record's sequence, which no distance may pass.</param>
    /// <param name="literalOffset">Where the literal bytes begin.</param>
    public static BackReference[] ReadReferences(
        ReadOnlySpan<byte> stored, long sequence, string path, long offset, out int literalOffset)
    {
        var reader = new FormatReader(stored, path, offset);
        var references = new BackReference[(int)reader.Var("the number of references", BackReferencesMax)];
        var end = 0L;
        for (var i = 0; i < references.Length; i++)
        {
            var start = end + reader.Var("a reference's place", Limits.DeltaBytesMax);
            var length = reader.Var("a reference's length", Limits.DeltaBytesMax);
            var distance = reader.Var("a reference's distance", sequence - 1);
            var source = reader.Var("a reference's source", Limits.DeltaBytesMax);
            end = start + length;
            if (end > Limits.DeltaBytesMax)
            {
                throw reader.Corrupt("a reference goes beyond the largest record");
            }

            references[i] = new((int)start, (int)length, distance, (int)source);
        }

        literalOffset = reader.Position;
        return references;
    }

    /// <summary>
    /// Where the original bytes [offset, offset + length) stand among the literal bytes of a record with these references;
    /// negative when a part of them is itself a reference, which the writer never points at.
    /// </summary>
    public static int LiteralOffsetOf(ReadOnlySpan<BackReference> references, int offset, int length)
    {
        var removed = 0;
        foreach (var reference in references)
        {
            if (reference.Offset >= offset + length)
            {
                break;
            }

            if (reference.Offset + reference.Length > offset)
            {
                return -1;
            }

            removed += reference.Length;
        }

        return offset - removed;
    }
}
