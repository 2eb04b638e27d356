using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Export;

/// <summary>The columns of an export: the key, then every top-level field in the order in which it was first seen.</summary>
internal sealed class CsvColumns
{
    private const string KeyColumn = "_key";
    private const string ValueColumn = "_value";
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.JsonDepthMax + 1 };

    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal) { [KeyColumn] = 0 };

    public void Add(ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value, Options);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            places.TryAdd(ValueColumn, places.Count);
            return;
        }

        foreach (var field in document.RootElement.EnumerateObject())
            places.TryAdd(field.Name, places.Count);
    }

    public string Header() => Line(places.Keys.Select(name => Quote(name, always: false)));

    public string Record(string key, ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value, Options);
        var fields = new string[places.Count];
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in document.RootElement.EnumerateObject())
                fields[places[field.Name]] = TextOf(field.Value);
        }
        else
        {
            fields[places[ValueColumn]] = document.RootElement.GetRawText();
        }

        fields[0] = Quote(key, always: false);
        return Line(fields);
    }

    // Text that an import would take for a number is quoted, so that it comes back as text.
    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String when value.GetString() is { } text => Quote(text, always: Import.CsvNumbers.RoundTrips(text)),
        _ => Quote(value.GetRawText(), always: false),
    };

    private static string Quote(string text, bool always) =>
        always || text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string Line(IEnumerable<string?> fields) => new StringBuilder().AppendJoin(',', fields).Append("\r\n").ToString();
}
