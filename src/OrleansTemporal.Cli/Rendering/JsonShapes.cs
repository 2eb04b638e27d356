using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Kv;
using OrleansTemporal.Targets;
using OrleansTemporal.Vectors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Rendering;

/// <summary>Records as JSON, with the names that REST has for them.</summary>
internal static class JsonShapes
{
    public static void WriteErasure(Utf8JsonWriter json, KvEraseResult result)
    {
        json.WriteStartObject();
        json.WriteStartArray("receipts");
        foreach (var receipt in result.Receipts)
        {
            json.WriteStartObject();
            json.WriteString("agent", receipt.Agent.ToString());
            json.WriteNumber("sequence", receipt.Sequence);
            json.WriteString("systemTime", receipt.SystemTime.ToString());
            json.WriteString("root", receipt.Root.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("keys", result.KeyCount);
        json.WriteNumber("versions", result.VersionCount);
        json.WriteEndObject();
    }

    public static void WriteReceipt(Utf8JsonWriter json, KvWriteResult result, string key)
    {
        json.WriteStartObject();
        json.WriteString("agent", result.Receipt.Agent.ToString());
        json.WriteNumber("sequence", result.Receipt.Sequence);
        json.WriteString("systemTime", result.Receipt.SystemTime.ToString());
        json.WriteString("root", result.Receipt.Root.ToString());
        json.WriteString("key", key);
        foreach (var outcome in result.Outcomes)
        {
            WriteId(json, "writeId", outcome.WriteId);
            WriteAddress(json, outcome.DistinctionId);
            WriteId(json, "previousWriteId", outcome.PreviousWriteId);
            if (outcome.ExpiresAt is { } end)
                json.WriteString("expiresAt", end.ToString());
        }

        json.WriteEndObject();
    }

    public static void WriteVersion(Utf8JsonWriter json, KvVersion version)
    {
        json.WriteStartObject();
        json.WriteString("key", version.Key);
        if (!version.Value.IsEmpty)
        {
            json.WritePropertyName("value");
            json.WriteRawValue(version.Value.Span, skipInputValidation: true);
        }

        WriteId(json, "writeId", version.WriteId);
        WriteAddress(json, version.DistinctionId);
        WriteId(json, "previousWriteId", version.PreviousWriteId);
        json.WriteStartArray("causes");
        foreach (var cause in version.Causes)
            json.WriteStringValue(cause.ToString());
        json.WriteEndArray();
        json.WriteNumber("sequence", version.Sequence);
        json.WriteString("systemTime", version.SystemTime.ToString());
        if (version.ExpiresAt is { } end)
            json.WriteString("expiresAt", end.ToString());
        json.WriteBoolean("deleted", version.IsDeleted);
        json.WriteBoolean("erased", version.IsErased);
        json.WriteEndObject();
    }

    public static void WriteTimeToLive(Utf8JsonWriter json, KvVersion version, long? millisecondsLeft)
    {
        json.WriteStartObject();
        json.WriteString("key", version.Key);
        WriteId(json, "writeId", version.WriteId);
        if (version.ExpiresAt is { } end)
        {
            json.WriteString("expiresAt", end.ToString());
            json.WriteNumber("millisecondsLeft", millisecondsLeft!.Value);
        }
        else
        {
            json.WriteNull("expiresAt");
            json.WriteNull("millisecondsLeft");
        }

        json.WriteEndObject();
    }

    public static void WriteMatch(Utf8JsonWriter json, VectorMatch match)
    {
        json.WriteStartObject();
        json.WriteString("id", match.Id);
        json.WriteNumber("score", match.Score);
        json.WriteNumber("distance", match.Distance);
        if (!match.Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata");
            json.WriteRawValue(match.Metadata.Span, skipInputValidation: true);
        }

        WriteId(json, "writeId", match.WriteId);
        if (match.Proximity > 0)
            json.WriteNumber("proximity", match.Proximity);
        json.WriteEndObject();
    }

    public static void WriteEntry(Utf8JsonWriter json, KvListEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("key", entry.Key);
        if (!entry.Value.IsEmpty)
        {
            json.WritePropertyName("value");
            json.WriteRawValue(entry.Value.Span, skipInputValidation: true);
        }

        // Points are shown without: their versions have no names.
        if (entry.SystemTime != HybridTimestamp.Zero)
        {
            WriteId(json, "writeId", entry.WriteId);
            json.WriteString("systemTime", entry.SystemTime.ToString());
        }

        json.WriteEndObject();
    }

    public static void WriteNamespace(Utf8JsonWriter json, KvNamespaceInfo info)
    {
        json.WriteStartObject();
        json.WriteString("name", info.Name);
        json.WriteNumber("keyCount", info.LiveKeyCount);
        json.WriteNumber("versionCount", info.VersionCount);
        json.WriteNumber("bytes", info.ValueBytes);
        json.WriteEndObject();
    }

    public static void WriteWorkspace(Utf8JsonWriter json, WorkspaceInfo info)
    {
        json.WriteStartObject();
        json.WriteString("name", info.Name);
        json.WriteString("durability", ToName(info.Durability));
        if (info.DataKey != DataKeyPolicy.Inherit)
            json.WriteString("dataKey", DataKeyPolicies.NameOf(info.DataKey));
        json.WriteEndObject();
    }

    public static void WriteDataKey(Utf8JsonWriter json, DataKeyInfo info)
    {
        json.WriteStartObject();
        json.WriteString("id", info.Id.ToString());
        if (info.Scope.Namespace is { } ns)
            json.WriteString("namespace", ns);
        if (info.Scope.Key is { } key)
            json.WriteString("key", key);
        json.WriteNumber("number", info.Number);
        json.WriteString("state", ToName(info.State));
        json.WriteString("createdAt", info.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    public static void WriteAgent(Utf8JsonWriter json, AgentRow row)
    {
        json.WriteStartObject();
        json.WriteString("agent", row.Agent.ToString());
        json.WriteNumber("sequence", row.Sequence);
        json.WriteString("root", row.Root.ToString());
        json.WriteStartObject("bytes");
        json.WriteNumber("hot", row.HotBytes);
        json.WriteNumber("warm", row.WarmBytes);
        json.WriteNumber("cold", row.ColdBytes);
        json.WriteNumber("deep", row.DeepBytes);
        json.WriteEndObject();
        json.WriteNumber("segmentCount", row.SegmentCount);
        json.WriteEndObject();
    }

    public static string ToName(Durability durability) => durability == Durability.Buffered ? "buffered" : "durable";

    public static string ToName(DataKeyState state) => state == DataKeyState.Active ? "active" : "retired";

    private static void WriteId(Utf8JsonWriter json, string name, WriteId id)
    {
        if (id.IsNone)
            json.WriteNull(name);
        else
            json.WriteString(name, id.ToString());
    }

    private static void WriteAddress(Utf8JsonWriter json, Distinction address)
    {
        if (!address.IsZero)
            json.WriteString("distinctionId", address.ToString());
    }
}
