using System.Buffers.Text;
using System.Text.Json;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>Reads small JSON bodies strictly: no duplicate names, no unknown fields, at most <see cref="Limits.JsonDepthMax"/> deep.</summary>
internal static class JsonBody
{
    private const int EscapeLength = 6;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.JsonDepthMax, AllowDuplicateProperties = false };

    /// <summary>The document of a body, which must be an object.</summary>
    /// <exception cref="TemporalException"><c>malformed_json</c>, or <c>invalid_field</c> when it is no object.</exception>
    internal static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        if (HasLoneSurrogate(body.Span))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, "The body has one half of a surrogate pair.");
        }

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

    /// <summary>The document of a body that may be left out, which then says nothing: <c>{}</c>.</summary>
    /// <exception cref="TemporalException"><c>malformed_json</c>, or <c>invalid_field</c> when it is no object.</exception>
    internal static JsonDocument ParseOptional(ReadOnlyMemory<byte> body) => Parse(body.IsEmpty ? "{}"u8.ToArray() : body);

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

    // The framework takes an escaped half of a pair for JSON, and throws where the text is read. What is no JSON at all is
    // left for it to find.
    private static bool HasLoneSurrogate(ReadOnlySpan<byte> json)
    {
        int at;
        while ((at = json.IndexOf((byte)'\\')) >= 0)
        {
            json = json[at..];
            if (!TryReadUnit(json, out var unit))
            {
                json = json[Math.Min(2, json.Length)..];
                continue;
            }

            json = json[EscapeLength..];
            if (char.IsLowSurrogate(unit))
            {
                return true;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (!TryReadUnit(json, out unit) || !char.IsLowSurrogate(unit))
                {
                    return true;
                }

                json = json[EscapeLength..];
            }
        }

        return false;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> json, out char unit)
    {
        unit = default;
        if (json.Length < EscapeLength || !json.StartsWith("\\u"u8)
            || !Utf8Parser.TryParse(json[2..EscapeLength], out ushort read, out var length, 'x') || length != EscapeLength - 2)
        {
            return false;
        }

        unit = (char)read;
        return true;
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
