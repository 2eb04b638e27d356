using System.Text.Json;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>Reads small JSON bodies strictly: no duplicate names, no unknown fields, at most <see cref="Limits.JsonDepthMax"/> deep.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.JsonDepthMax, AllowDuplicateProperties = false };

    /// <summary>The document of a body, which must be an object.</summary>
    /// <exception cref="TemporalException"><c>malformed_json</c>, or <c>invalid_field</c> when it is no object.</exception>
    internal static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Options);
        }
        catch (JsonException fault)
        {
            throw Malformed(fault);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw Invalid("body", "The body is a JSON object.");
    }

    /// <summary>The text of a string element.</summary>
    internal static string GetText(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw Invalid(field, $"'{field}' is a string.");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"'{field}' has a lone surrogate.") { Field = field };
        }
    }

    /// <summary>Refuses a field with a value that can not be.</summary>
    internal static TemporalException Invalid(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };

    /// <summary>Refuses a field that nothing is known of: ignoring it would lose what the client meant by it.</summary>
    internal static TemporalException Unknown(string field) => Invalid(field, $"'{field}' is no field of this body.");

    /// <summary>Refuses what is not JSON, with the place.</summary>
    internal static TemporalException Malformed(JsonException fault) => new(
        ErrorKind.Invalid,
        ErrorCodes.MalformedJson,
        $"The body is not JSON that is accepted here: line {fault.LineNumber.GetValueOrDefault() + 1}, byte {fault.BytePositionInLine.GetValueOrDefault()}.");
}
