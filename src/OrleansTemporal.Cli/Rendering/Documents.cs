using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansTemporal.Rendering;

/// <summary>Stored values as text; numbers keep every digit.</summary>
internal static class Documents
{
    private static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Limits.JsonDepthMax + 1 };

    public static string Indent(ReadOnlyMemory<byte> value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var document = JsonDocument.Parse(value, Deep))
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            document.RootElement.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static string Excerpt(ReadOnlyMemory<byte> value, int lengthMax) => Words.Excerpt(Encoding.UTF8.GetString(value.Span), lengthMax);
}
