using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>Writes the payload of a vector delta (docs/formats/vector-payload.md): operations in order.</summary>
public readonly ref struct VectorPayloadWriter
{
    private const int HeadBytesMax = 1 + 2 + 3;

    private readonly PayloadBuffer buffer;

    /// <summary>Starts a payload.</summary>
    /// <param name="buffer">An empty buffer.</param>
    /// <param name="dimensions">Floats of each vector.</param>
    /// <param name="operationCount">From 1 to <see cref="Limits.BatchCountMax"/>; exactly so many are written.</param>
    public VectorPayloadWriter(PayloadBuffer buffer, int dimensions, int operationCount)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        this.buffer = buffer;
        Varint.Write(buffer, (ulong)dimensions);
        Varint.Write(buffer, (ulong)operationCount);
    }

    /// <summary>Upper bound of what an operation takes.</summary>
    public static int GetCapacity(string id, int metadataBytes, int dimensions) =>
        HeadBytesMax + DeltaFormat.Utf8.GetMaxByteCount(id.Length) + metadataBytes + (dimensions * sizeof(float));

    /// <summary>Writes a vector.</summary>
    /// <param name="id">A valid id.</param>
    /// <param name="metadata">Canonical JSON; empty for none.</param>
    /// <param name="vector">Finite floats.</param>
    public void Put(string id, ReadOnlySpan<byte> metadata, ReadOnlySpan<float> vector)
    {
        WriteHead(VectorPayloadFormat.Put, id);
        Varint.Write(buffer, (ulong)metadata.Length);
        metadata.CopyTo(buffer.GetSpan(metadata.Length));
        buffer.Advance(metadata.Length);
        var bytes = buffer.GetSpan(vector.Length * sizeof(float));
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(vector).CopyTo(bytes);
        }
        else
        {
            for (var i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], vector[i]);
            }
        }

        buffer.Advance(vector.Length * sizeof(float));
    }

    /// <summary>Writes the end of a vector.</summary>
    public void Delete(string id) => WriteHead(VectorPayloadFormat.Delete, id);

    private void WriteHead(byte code, string id)
    {
        var length = DeltaFormat.Utf8.GetByteCount(id);
        var span = buffer.GetSpan(HeadBytesMax + length);
        span[0] = code;
        var at = 1 + Varint.Write(span[1..], (ulong)length);
        at += DeltaFormat.Utf8.GetBytes(id, span[at..]);
        buffer.Advance(at);
    }
}
