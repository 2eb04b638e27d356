using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Targets;

/// <summary>Signals to and from their JSON.</summary>
internal static class RestSignals
{
    public static void Write(Utf8JsonWriter json, ImmutableArray<SignalEvent> events)
    {
        json.WriteStartObject();
        json.WriteStartArray("events");
        foreach (var one in events)
        {
            json.WriteStartObject();
            json.WriteString("entity", one.Entity);
            json.WriteString("signal", one.Signal);
            json.WriteNumber("weight", one.Weight);
            if (one.Time is { } time)
                json.WriteString("time", time.ToString());
            if (one.Id is { } id)
                json.WriteString("id", id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static SignalLedgerInfo ReadLedger(JsonElement answer) => new(
        RestAnswers.Text(answer, "name")!,
        SignalSchemaJson.Read(answer, "name", "partitions", "entityCount", "stateCount", "lateCount", "bytes"),
        (int)RestAnswers.Number(answer, "partitions"),
        new SignalStats
        {
            EntityCount = RestAnswers.Number(answer, "entityCount"),
            StateCount = RestAnswers.Number(answer, "stateCount"),
            LateCount = RestAnswers.Number(answer, "lateCount"),
            Bytes = RestAnswers.Number(answer, "bytes"),
        });

    public static SignalReading ReadReading(JsonElement answer) => new()
    {
        Entity = RestAnswers.Text(answer, "entity")!,
        Value = answer.TryGetProperty("value", out var value) ? value.GetDouble() : null,
        Signals = answer.TryGetProperty("signals", out var signals) ? [.. signals.EnumerateObject().Select(static signal => ReadValues(signal.Name, signal.Value))] : [],
    };

    public static ImmutableArray<SignalRank> ReadRanks(JsonElement answer) =>
        [.. answer.GetProperty("value").EnumerateArray().Select(static rank => new SignalRank(RestAnswers.Text(rank, "entity")!, rank.GetProperty("value").GetDouble()))];

    public static EventTime ReadAt(JsonElement answer) => EventTime.TryParse(RestAnswers.Text(answer, "at"), out var at) ? at : default;

    private static SignalValues ReadValues(string name, JsonElement values) => new()
    {
        Signal = name,
        Scores = [.. values.GetProperty("scores").EnumerateObject().Select(static score => new SignalScore(new SignalSpan(score.Name), score.Value.GetDouble()))],
        Windows =
        [
            .. values.GetProperty("windowStart").EnumerateObject().Select(window => new SignalWindowValue(
                new SignalSpan(window.Name),
                EventTime.TryParse(window.Value.GetString(), out var start) ? start : default,
                values.GetProperty("counts").GetProperty(window.Name).GetInt64(),
                values.GetProperty("sums").GetProperty(window.Name).GetDouble(),
                values.GetProperty("velocity").GetProperty(window.Name).GetDouble())),
        ],
        Count = values.GetProperty("counts").GetProperty("all").GetInt64(),
        Sum = values.GetProperty("sums").GetProperty("all").GetDouble(),
        LastEvent = EventTime.TryParse(RestAnswers.Text(values, "lastEvent"), out var last) ? last : null,
    };
}
