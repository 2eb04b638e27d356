using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Targets;

/// <summary>Erasures as the service takes and answers them.</summary>
internal static class RestErasures
{
    public static ReadOnlyMemory<byte> Write(KvErasureScope scope)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        if (scope.Namespace is { } ns)
        {
            json.WriteStartObject("kv");
            json.WriteString("namespace", ns);
            if (scope.Key is { } key)
                json.WriteString("key", key);
            else if (scope.Prefix.Length > 0)
                json.WriteString("prefix", scope.Prefix);
            json.WriteEndObject();
        }
        else
        {
            json.WriteBoolean("workspace", true);
        }

        if (scope.Reason.Length > 0)
            json.WriteString("reason", scope.Reason);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    public static KvEraseResult Read(JsonElement answer) => new()
    {
        Receipts = [.. answer.GetProperty("receipts").EnumerateArray().Select(static receipt => RestAnswers.ReadReceipt(receipt))],
        KeyCount = answer.GetProperty("keys").GetInt64(),
        VersionCount = answer.GetProperty("versions").GetInt64(),
        KeyExists = true,
    };
}
