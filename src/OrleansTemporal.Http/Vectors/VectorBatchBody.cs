using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Vectors;

/// <summary>Reads many vectors: <c>{"items":[{"id","vector","metadata"}]}</c>, or binary rows (docs/formats/vector-payload.md).</summary>
internal static class VectorBatchBody
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The content type of binary rows.</summary>
    internal const string BinaryContentType = "application/octet-stream";

    /// <summary>Reads JSON.</summary>
    internal static ImmutableArray<VectorOperation> ParseJson(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        ImmutableArray<VectorOperation>? items = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            items = property.NameEquals("items"u8) ? ReadItems(property.Value) : throw JsonBody.Unknown(property.Name);
        }

        return items ?? throw JsonBody.Invalid("items", "'items' is an array of vectors.");
    }

    /// <summary>Reads one vector's fields; the id stands in the path or among them.</summary>
    internal static VectorOperation ReadItem(JsonElement element, string? id, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid(field, $"'{field}' is an object.");
        }

        var prefix = id is null ? field + "." : "";
        float[]? vector = null;
        byte[] metadata = [];
        foreach (var property in element.EnumerateObject())
        {
            switch (property.Name)
            {
                case "id" when id is null:
                    id = JsonBody.GetText(property.Value, prefix + "id");
                    break;
                case "vector":
                    vector = VectorJson.ReadValues(property.Value, prefix + "vector");
                    break;
                case "metadata":
                    metadata = VectorJson.ReadRaw(property.Value);
                    break;
                default:
                    throw JsonBody.Unknown(prefix + property.Name);
            }
        }

        return new VectorOperation
        {
            Id = id ?? throw JsonBody.Invalid(prefix + "id", $"'{prefix}id' is missing."),
            Vector = vector ?? throw JsonBody.Invalid(prefix + "vector", $"'{prefix}vector' is missing."),
            Metadata = metadata,
        };
    }

    /// <summary>Reads binary rows.</summary>
    /// <exception cref="TemporalException">Invalid, <c>malformed_rows</c>, with the number of the row.</exception>
    internal static ImmutableArray<VectorOperation> ParseRows(ReadOnlySpan<byte> rows)
    {
        if (rows.Length < 8 || !rows[..4].SequenceEqual("OTV1"u8))
        {
            throw Malformed(0, "rows begin with OTV1 and the number of dimensions");
        }

        var dimensions = BinaryPrimitives.ReadUInt32LittleEndian(rows[4..]);
        if (dimensions is 0 or > Limits.VectorDimensionsMax)
        {
            throw Malformed(0, $"a vector has 1 to {Limits.VectorDimensionsMax} dimensions");
        }

        rows = rows[8..];
        var operations = ImmutableArray.CreateBuilder<VectorOperation>();
        while (!rows.IsEmpty)
        {
            if (operations.Count == Limits.BatchCountMax)
            {
                throw TooMany();
            }

            operations.Add(ReadRow(ref rows, operations.Count, (int)dimensions));
        }

        return operations.DrainToImmutable();
    }

    private static ImmutableArray<VectorOperation> ReadItems(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw JsonBody.Invalid("items", "'items' is an array of vectors.");
        }

        if (element.GetArrayLength() > Limits.BatchCountMax)
        {
            throw TooMany();
        }

        return [.. element.EnumerateArray().Select(static (item, index) => ReadItem(item, null, $"items[{index}]"))];
    }

    private static VectorOperation ReadRow(ref ReadOnlySpan<byte> rows, int row, int dimensions)
    {
        var id = Take(ref rows, BinaryPrimitives.ReadUInt16LittleEndian(Take(ref rows, sizeof(ushort), row)), row);
        var metadataLength = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rows, sizeof(uint), row));
        var metadata = Take(ref rows, metadataLength > int.MaxValue ? int.MaxValue : (int)metadataLength, row);
        var bytes = Take(ref rows, dimensions * sizeof(float), row);
        var vector = new float[dimensions];
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(vector.AsSpan()));
        }
        else
        {
            for (var i = 0; i < dimensions; i++)
            {
                vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
            }
        }

        try
        {
            return new VectorOperation { Id = Utf8.GetString(id), Vector = vector, Metadata = metadata.ToArray() };
        }
        catch (DecoderFallbackException)
        {
            throw Malformed(row, "its id is not UTF-8");
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rows, int length, int row)
    {
        if (length > rows.Length)
        {
            throw Malformed(row, "it ends early");
        }

        var bytes = rows[..length];
        rows = rows[length..];
        return bytes;
    }

    private static TemporalException Malformed(int row, string problem) =>
        new(ErrorKind.Invalid, HttpErrorCodes.MalformedRows, $"Row {row}: {problem}.") { Field = $"items[{row}]" };

    private static TemporalException TooMany() =>
        new(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A batch has at most {Limits.BatchCountMax} vectors.")
        {
            Field = "items",
            Limit = Limits.BatchCountMax,
        };
}
