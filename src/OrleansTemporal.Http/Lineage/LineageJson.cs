using OrleansTemporal.Requests;

namespace OrleansTemporal.Lineage;

/// <summary>Rows about lineage as JSON.</summary>
internal static class LineageJson
{
    /// <summary>Writes a row: a node, or <c>nodes</c> for a pair or a walk.</summary>
    internal static void WriteRow(JsonAnswer answer, LineageRow row, bool isGroup)
    {
        answer.Writer.WriteStartObject();
        if (isGroup)
        {
            answer.Writer.WriteStartArray("nodes"u8);
            foreach (var item in row.Items)
            {
                answer.Writer.WriteStartObject();
                WriteItem(answer, item);
                answer.Writer.WriteEndObject();
            }

            answer.Writer.WriteEndArray();
            if (row.Similarity is { } similarity)
            {
                answer.Writer.WriteNumber("similarity"u8, similarity);
            }
        }
        else
        {
            WriteItem(answer, row.Items[0]);
        }

        answer.Writer.WriteEndObject();
    }

    private static void WriteItem(JsonAnswer answer, LineageItem item)
    {
        var json = answer.Writer;
        if (item.Write is { } write)
        {
            WriteWrite(answer, write);
        }
        else if (item.Document is { } document && DocumentReferences.TrySplit(document, out var ns, out var key))
        {
            json.WriteString("namespace"u8, ns);
            json.WriteString("key"u8, key);
            if (!item.WriteId.IsNone)
            {
                answer.WriteProperty("writeId"u8, item.WriteId);
            }

            if (!item.Exists)
            {
                json.WriteBoolean("exists"u8, false);
            }
        }

        if (item.Distance is { } distance)
        {
            json.WriteNumber("distance"u8, distance);
        }

        if (item.Count is { } count)
        {
            json.WriteNumber("count"u8, count);
        }
    }

    private static void WriteWrite(JsonAnswer answer, LineageWrite write)
    {
        var json = answer.Writer;
        answer.WriteProperty("writeId"u8, write.WriteId);
        json.WriteString("namespace"u8, write.Namespace);
        if (write.Key is { } key)
        {
            json.WriteString("key"u8, key);
        }

        answer.WriteProperty("systemTime"u8, write.SystemTime);
        json.WriteStartArray("causes"u8);
        foreach (var cause in write.Causes)
        {
            answer.WriteValue(cause);
        }

        json.WriteEndArray();
        answer.WriteProperty("previousWriteId"u8, write.PreviousWriteId);
        if (write.IsDeleted)
        {
            json.WriteBoolean("deleted"u8, true);
        }

        if (write.IsErased)
        {
            json.WriteBoolean("erased"u8, true);
        }
    }
}
