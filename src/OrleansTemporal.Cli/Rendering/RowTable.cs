using System.Text.Json;
using OrleansTemporal.Kv;
using Spectre.Console;

namespace OrleansTemporal.Rendering;

/// <summary>Rows of a query as a table: a column for each field that any of them has, in the order of first sight.</summary>
internal sealed class RowTable(bool isSelected)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Limits.JsonDepthMax + 1 };

    private readonly List<string> columns = [];
    private readonly List<(string? Key, Dictionary<string, string> Cells)> rows = [];

    /// <summary>A document: its key, and the fields asked for or else the whole value.</summary>
    public void Add(KvListEntry document)
    {
        if (isSelected)
            Add(document.Key, document.Value);
        else
            Add(document.Key, new Dictionary<string, string> { ["value"] = System.Text.Encoding.UTF8.GetString(document.Value.Span) });
    }

    /// <summary>An object whose members are cells.</summary>
    public void Add(string? key, ReadOnlyMemory<byte> members)
    {
        using var document = JsonDocument.Parse(members, Deep);
        Add(key, document.RootElement.EnumerateObject().ToDictionary(
            static member => member.Name,
            static member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()));
    }

    public Table ToTable(int excerptLength)
    {
        var hasKeys = rows.Exists(static row => row.Key is not null);
        var table = new Table();
        if (hasKeys || columns.Count == 0)
            table.AddColumn("key");
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(Words.Excerpt(column, excerptLength))));
        foreach (var (key, cells) in rows)
        {
            var texts = columns.Select(column => Words.Excerpt(cells.GetValueOrDefault(column, ""), excerptLength));
            table.AddRow([.. (hasKeys ? texts.Prepend(Words.Excerpt(key!, excerptLength)) : texts).Select(static text => new Text(text))]);
        }

        return table;
    }

    private void Add(string? key, Dictionary<string, string> cells)
    {
        columns.AddRange(cells.Keys.Except(columns));
        rows.Add((key, cells));
    }
}
