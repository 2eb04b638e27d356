using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Import;

/// <summary>Makes vectors of rows: which field is the id, which the values, which the metadata.</summary>
internal sealed class VectorFields(string idField, string vectorField, string metadataField)
{
    /// <summary>The vector of a row, or why it is none.</summary>
    public (VectorOperation? Operation, string? Refusal) Take(ImportRow row)
    {
        if (row.Refusal is { } refusal)
            return (null, refusal);

        using var document = JsonDocument.Parse(row.Json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return (null, "the row is no object");
        if (!root.TryGetProperty(idField, out var id) || id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            return (null, $"there is no '{idField}'");
        if (!root.TryGetProperty(vectorField, out var vector) || TryRead(vector) is not { } values)
            return (null, $"'{vectorField}' is no array of numbers");

        return (new VectorOperation
        {
            Id = id.ToString(),
            Vector = values,
            Metadata = root.TryGetProperty(metadataField, out var metadata) && metadata.ValueKind != JsonValueKind.Null ? JsonMarshal.GetRawUtf8Value(metadata).ToArray() : default,
        }, null);
    }

    /// <summary>The values of a JSON array of numbers.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_vector</c>.</exception>
    public static float[] Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return TryRead(document.RootElement) ?? throw new JsonException("not numbers");
        }
        catch (JsonException error)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidVector, "A vector is a JSON array of numbers, such as [0.1,0.2].", error);
        }
    }

    // Null for anything but finite numbers.
    private static float[]? TryRead(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.EnumerateArray().Any(static value => value.ValueKind != JsonValueKind.Number))
            return null;
        float[] values = [.. element.EnumerateArray().Select(static value => value.GetSingle())];
        return values.All(float.IsFinite) ? values : null;
    }
}
