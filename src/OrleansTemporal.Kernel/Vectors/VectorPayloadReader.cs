using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>Reads the operations of a vector delta's payload in order, without copying. Every length is checked before it is used.</summary>
public ref struct VectorPayloadReader
{
    private readonly int length;
    private ReadOnlySpan<byte> rest;
    private ReadOnlySpan<byte> vector;
    private int next;

    /// <summary>Starts reading.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public VectorPayloadReader(ReadOnlySpan<byte> payload)
    {
        rest = payload;
        length = payload.Length;
        if (!Varint.TryRead(ref rest, out var dimensions) || dimensions is 0 or > Limits.VectorDimensionsMax)
        {
            throw VectorPayloadFormat.Malformed("has no number of dimensions within its bound");
        }

        if (!Varint.TryRead(ref rest, out var count) || count is 0 or > Limits.BatchCountMax)
        {
            throw VectorPayloadFormat.Malformed("has no count of operations within its bound");
        }

        Dimensions = (int)dimensions;
        Count = (int)count;
    }

    /// <summary>Floats of each vector.</summary>
    public int Dimensions { get; }

    /// <summary>How many operations there are.</summary>
    public int Count { get; }

    /// <summary>Place of the operation that <see cref="MoveNext"/> has read.</summary>
    public readonly int Ordinal => next - 1;

    /// <summary>Whether that is the end of a vector.</summary>
    public bool IsDelete { get; private set; }

    /// <summary>Its id, in UTF-8.</summary>
    public ReadOnlySpan<byte> Id { get; private set; }

    /// <summary>Its metadata: canonical JSON, or empty.</summary>
    public ReadOnlySpan<byte> Metadata { get; private set; }

    /// <summary>Where its vector begins in the payload: as many floats as there are dimensions. Only of one that is no end.</summary>
    public int VectorAt { get; private set; }

    /// <summary>Copies its vector.</summary>
    /// <param name="values"><see cref="Dimensions"/> floats.</param>
    public readonly void CopyVector(Span<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            vector.CopyTo(MemoryMarshal.AsBytes(values));
            return;
        }

        for (var i = 0; i < Dimensions; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(vector[(i * sizeof(float))..]);
        }
    }

    /// <summary>Reads the next operation; false after the last.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public bool MoveNext()
    {
        if (next == Count)
        {
            return rest.IsEmpty ? false : throw VectorPayloadFormat.Malformed("has bytes after its last operation");
        }

        if (rest.IsEmpty || rest[0] is not (VectorPayloadFormat.Put or VectorPayloadFormat.Delete))
        {
            throw VectorPayloadFormat.Malformed("has an operation that this version doesn't know, or ends within one");
        }

        IsDelete = rest[0] == VectorPayloadFormat.Delete;
        rest = rest[1..];
        Id = Take(ReadLength(1, Limits.KeyBytesMax));
        Metadata = IsDelete ? default : Take(ReadLength(0, Limits.VectorMetadataBytesMax));
        VectorAt = length - rest.Length;
        vector = IsDelete ? default : Take(Dimensions * sizeof(float));
        next++;
        return true;
    }

    private int ReadLength(int lengthMin, int lengthMax) =>
        Varint.TryRead(ref rest, out var length) && length >= (ulong)lengthMin && length <= (ulong)lengthMax
            ? (int)length
            : throw VectorPayloadFormat.Malformed("has an id or metadata of a length that can't be");

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > rest.Length)
        {
            throw VectorPayloadFormat.Malformed("ends within an operation");
        }

        var bytes = rest[..length];
        rest = rest[length..];
        return bytes;
    }
}
