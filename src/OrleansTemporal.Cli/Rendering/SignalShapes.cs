using System.Text.Json;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Rendering;

/// <summary>Signals as JSON for programs.</summary>
internal static class SignalShapes
{
    public static void WriteLedger(Utf8JsonWriter json, SignalLedgerInfo info)
    {
        json.WriteStartObject();
        json.WriteString("name", info.Name);
        SignalSchemaJson.WriteMembers(json, info.Schema);
        json.WriteNumber("partitions", info.Partitions);
        json.WriteNumber("entityCount", info.Stats.EntityCount);
        json.WriteNumber("stateCount", info.Stats.StateCount);
        json.WriteNumber("lateCount", info.Stats.LateCount);
        json.WriteNumber("bytes", info.Stats.Bytes);
        json.WriteEndObject();
    }

    public static void WriteRecorded(Utf8JsonWriter json, long accepted, long duplicates)
    {
        json.WriteStartObject();
        json.WriteNumber("accepted", accepted);
        json.WriteNumber("duplicates", duplicates);
        json.WriteEndObject();
    }

    public static void WriteReading(Utf8JsonWriter json, SignalReading reading, SignalAnswer answer)
    {
        json.WriteStartObject();
        SignalReadingJson.WriteMembers(json, reading);
        json.WriteString("at", answer.At.ToString());
        json.WriteString("systemTime", answer.SystemTime.ToString());
        json.WriteEndObject();
    }

    public static void WriteRank(Utf8JsonWriter json, SignalRank rank)
    {
        json.WriteStartObject();
        json.WriteString("entity", rank.Entity);
        json.WriteNumber("value", rank.Value);
        json.WriteEndObject();
    }
}
