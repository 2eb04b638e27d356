using System.Text.Json;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Rendering;

/// <summary>Rows about lineage, as JSON with the names that REST has for them, and as cells of a table.</summary>
internal static class LineageShapes
{
    public static void WriteRow(Utf8JsonWriter json, LineageRow row)
    {
        json.WriteStartObject();
        if (row.Items.Length == 1 && row.Similarity is null)
        {
            WriteItem(json, row.Items[0]);
        }
        else
        {
            json.WriteStartArray("nodes");
            foreach (var item in row.Items)
            {
                json.WriteStartObject();
                WriteItem(json, item);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (row.Similarity is { } similarity)
                json.WriteNumber("similarity", similarity);
        }

        json.WriteEndObject();
    }

    public static string[] Cells(LineageRow row)
    {
        var items = row.Items;
        var last = items[^1];
        return
        [
            string.Join(" – ", items.Select(NameOf)),
            items.Length > 1 ? "" : last.Write is { } write ? write.WriteId.ToString() : last.WriteId.IsNone ? "" : last.WriteId.ToString(),
            items.Length == 1 && last.Write is { } node ? node.SystemTime.ToString() : "",
            last.Distance?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
            last.Count is { } count ? Words.Count(count) : row.Similarity?.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture) ?? "",
        ];
    }

    private static string NameOf(LineageItem item) => item.Write is { } write
        ? $"{write.Namespace}/{write.Key ?? "(erased)"}{(write.IsDeleted ? " (deleted)" : "")}"
        : $"{item.Document}{(item.Exists ? "" : " (missing)")}";

    private static void WriteItem(Utf8JsonWriter json, LineageItem item)
    {
        if (item.Write is { } write)
        {
            WriteWrite(json, write);
        }
        else if (item.Document is { } document && DocumentReferences.TrySplit(document, out var ns, out var key))
        {
            json.WriteString("namespace", ns);
            json.WriteString("key", key);
            if (!item.WriteId.IsNone)
                json.WriteString("writeId", item.WriteId.ToString());
            if (!item.Exists)
                json.WriteBoolean("exists", false);
        }

        if (item.Distance is { } distance)
            json.WriteNumber("distance", distance);
        if (item.Count is { } count)
            json.WriteNumber("count", count);
    }

    private static void WriteWrite(Utf8JsonWriter json, LineageWrite write)
    {
        json.WriteString("writeId", write.WriteId.ToString());
        json.WriteString("namespace", write.Namespace);
        if (write.Key is { } key)
            json.WriteString("key", key);
        json.WriteString("systemTime", write.SystemTime.ToString());
        json.WriteStartArray("causes");
        foreach (var cause in write.Causes)
            json.WriteStringValue(cause.ToString());
        json.WriteEndArray();
        if (write.PreviousWriteId.IsNone)
            json.WriteNull("previousWriteId");
        else
            json.WriteString("previousWriteId", write.PreviousWriteId.ToString());
        if (write.IsDeleted)
            json.WriteBoolean("deleted", true);
        if (write.IsErased)
            json.WriteBoolean("erased", true);
    }
}
