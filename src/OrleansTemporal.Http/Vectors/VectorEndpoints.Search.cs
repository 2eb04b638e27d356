using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Vectors;

/// <summary>Nearest neighbours.</summary>
internal static partial class VectorEndpoints
{
    private static async Task SearchAsync(ApiRequest request)
    {
        var (workspace, collection) = (GetWorkspace(request), GetCollection(request));
        VectorQuery query;
        using (var body = await RequestBody.ReadAsync(request))
        {
            query = ReadQuestion(body.Bytes);
            query = query with { AsOf = QueryParameters.GetAsOf(request.Path, query.AsOf) };
        }

        var found = await request.Database.VectorService.SearchAsync(request.GetReadCall(), workspace, collection, query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (var match in found.Matches)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, match.Id);
            json.WriteNumber("score"u8, match.Score);
            json.WriteNumber("distance"u8, match.Distance);
            VectorJson.WriteMetadata(json, match.Metadata);
            answer.WriteProperty("writeId"u8, match.WriteId);
            if (query.Causal is not null)
            {
                json.WriteNumber("proximity"u8, match.Proximity);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("mode"u8, VectorModes.NameOf(found.Mode));
        Answers.WriteAsOf(answer, found.SystemTime, query.AsOf);
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static VectorQuery ReadQuestion(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        float[]? vector = null;
        var query = new VectorQuery { Vector = default };
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "vector":
                    vector = VectorJson.ReadValues(value, "vector");
                    break;
                default:
                    query = ReadMember(query, property.Name, value);
                    break;
            }
        }

        return query with { Vector = vector ?? throw JsonBody.Invalid("vector", "'vector' is an array of numbers.") };
    }

    private static VectorQuery ReadMember(VectorQuery query, string name, JsonElement value) => name switch
    {
        "k" => query with { Count = VectorJson.ReadNumber(value, "k") },
        "ef" => query with { Width = value.ValueKind == JsonValueKind.Null ? 0 : Math.Max(VectorJson.ReadNumber(value, "ef"), -1) },
        "mode" => query with { Mode = ReadMode(value) },
        "threshold" => query with { Threshold = ReadThreshold(value) },
        "filter" => query with { Filter = VectorJson.ReadRaw(value) },
        "model" => query with { Model = JsonBody.GetText(value, "model") },
        "asOf" => query with { AsOf = ReadAsOf(value) },
        "causal" => query with { Causal = ReadCausal(value) },
        _ => throw JsonBody.Unknown(name),
    };

    private static VectorCausal? ReadCausal(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid("causal", "'causal' is an object.");
        }

        var causal = new VectorCausal { Near = "" };
        foreach (var property in value.EnumerateObject())
        {
            causal = property.Name switch
            {
                "near" => causal with { Near = JsonBody.GetText(property.Value, "causal.near") },
                "weight" => property.Value.ValueKind == JsonValueKind.Number
                    ? causal with { Weight = property.Value.GetDouble() }
                    : throw JsonBody.Invalid("causal.weight", "'causal.weight' is a number."),
                _ => throw JsonBody.Unknown($"causal.{property.Name}"),
            };
        }

        return causal.Near.Length > 0 ? causal : throw JsonBody.Invalid("causal.near", "'causal.near' is the id of a vector.");
    }

    private static VectorMode ReadMode(JsonElement value) =>
        VectorModes.TryParse(JsonBody.GetText(value, "mode"), out var mode) && mode != VectorMode.Cached
            ? mode
            : throw JsonBody.Invalid("mode", "'mode' is auto, fast, thorough or exact.");

    private static double? ReadThreshold(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.GetDouble(),
        _ => throw JsonBody.Invalid("threshold", "'threshold' is a number."),
    };

    private static AsOf ReadAsOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => AsOf.Latest,
        JsonValueKind.Number => QueryParameters.ParseAsOf(value.GetRawText()),
        _ => QueryParameters.ParseAsOf(JsonBody.GetText(value, "asOf")),
    };
}
