using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <summary>The operations part of a segment: at most the newest <see cref="Limits.OperationsRememberedMax"/>, oldest first.</summary>
internal sealed class OperationList
{
    private const int KeyBytesMax = 2 * Limits.KeyBytesMax;
    private const int SaltBytes = 16;
    private readonly Queue<SegmentOperation> operations = new();

    public int Count => operations.Count;

    public void Add(in DeltaRecord delta, in Distinction root)
    {
        if (delta.OperationKey is not { } key)
        {
            return;
        }

        // The salt is that of the request's digest only as long as it is the first one.
        var salt = delta.Salt.Length == SaltBytes && !delta.IsReplaced ? BinaryPrimitives.ReadUInt128LittleEndian(delta.Salt) : default;
        Add(new SegmentOperation(key, salt, delta.OperationDigest, delta.Sequence, delta.SystemTime, root));
    }

    public void Add(IReadOnlyList<SegmentOperation> more)
    {
        foreach (var operation in more)
        {
            Add(operation);
        }
    }

    public ReadOnlyMemory<byte> Encode()
    {
        var writer = new FormatWriter(64 + (operations.Count * 128));
        foreach (var operation in operations)
        {
            var key = Encoding.UTF8.GetBytes(operation.Key);
            writer.U16(checked((ushort)key.Length));
            writer.Bytes(key);
            BinaryPrimitives.WriteUInt128LittleEndian(writer.Reserve(SaltBytes), operation.Salt);
            writer.Distinction(operation.BodyHash);
            writer.I64(operation.Sequence);
            writer.U64(operation.SystemTime.Value);
            writer.Distinction(operation.Root);
        }

        return writer.Written;
    }

    public static SegmentOperation[] Decode(ReadOnlySpan<byte> bytes, int count, SegmentRef segment, long offset)
    {
        var reader = new FormatReader(bytes, segment.ObjectPath, offset);
        if (count > Limits.OperationsRememberedMax)
        {
            throw reader.Corrupt("there are too many operations");
        }

        var operations = new SegmentOperation[count];
        for (var i = 0; i < count; i++)
        {
            var length = reader.U16("an operation's key");
            if (length > KeyBytesMax)
            {
                throw reader.Corrupt("an operation's key is too long");
            }

            operations[i] = new(
                Encoding.UTF8.GetString(reader.Bytes(length, "an operation's key")),
                BinaryPrimitives.ReadUInt128LittleEndian(reader.Bytes(SaltBytes, "an operation's salt")),
                reader.Distinction("an operation's hash"),
                reader.I64("an operation's sequence"),
                new(reader.U64("an operation's time")),
                reader.Distinction("an operation's root"));
            if (!segment.Contains(operations[i].Sequence))
            {
                throw reader.Corrupt("an operation lies outside of the segment");
            }
        }

        reader.End("the operations");
        return operations;
    }

    private void Add(SegmentOperation operation)
    {
        if (operations.Count == Limits.OperationsRememberedMax)
        {
            operations.Dequeue();
        }

        operations.Enqueue(operation);
    }
}
