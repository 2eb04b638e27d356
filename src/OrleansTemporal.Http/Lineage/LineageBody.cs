using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Lineage;

/// <summary>Reads the body of a question about lineage.</summary>
internal static class LineageBody
{
    internal static LineageQuery Parse(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        LineageAsk? ask = null;
        var query = new LineageQuery { Ask = default };
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "ask":
                    ask = LineageAsks.TryParse(JsonBody.GetText(value, "ask"), out var known) ? known : throw NoAsk();
                    break;
                case "of":
                    query = query with { Of = ParseNames(value, "of") };
                    break;
                case "with":
                    query = query with { With = ParseNames(value, "with") };
                    break;
                case "depth":
                    query = query with { Depth = value.ValueKind == JsonValueKind.Null ? null : ParseNumber(value, "depth") };
                    break;
                case "direction":
                    query = query with { Direction = ParseDirection(JsonBody.GetText(value, "direction")) };
                    break;
                case "namespace":
                    query = query with { Namespace = JsonBody.GetText(value, "namespace") };
                    break;
                case "asOf":
                    query = query with { AsOf = value.ValueKind == JsonValueKind.Null ? AsOf.Latest : QueryParameters.ParseAsOf(JsonBody.GetText(value, "asOf")) };
                    break;
                case "similarity":
                    query = query with { Similarity = value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw JsonBody.Invalid("similarity", "'similarity' is a number.") };
                    break;
                case "walks":
                    query = query with { Walks = ParseNumber(value, "walks") };
                    break;
                case "steps":
                    query = query with { Steps = ParseNumber(value, "steps") };
                    break;
                case "seed":
                    query = query with { Seed = value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var seed) ? seed : throw JsonBody.Invalid("seed", "'seed' is a whole number from 0 to 2^64 - 1.") };
                    break;
                default:
                    throw JsonBody.Unknown(property.Name);
            }
        }

        return query with { Ask = ask ?? throw NoAsk() };
    }

    private static Errors.TemporalException NoAsk() => JsonBody.Invalid("ask", $"'ask' is one of {string.Join(", ", LineageAsks.Names)}.");

    private static ImmutableArray<string> ParseNames(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return [JsonBody.GetText(value, field)];
        }

        // One more than is allowed is enough for the refusal.
        return [.. value.EnumerateArray().Take(Limits.LineageStartsMax + 1).Select(item => JsonBody.GetText(item, field))];
    }

    private static int ParseNumber(JsonElement value, string field) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
        ? number
        : throw JsonBody.Invalid(field, $"'{field}' is a whole number.");

    private static LineageDirection ParseDirection(string text) => text switch
    {
        "any" => LineageDirection.Any,
        "causes" => LineageDirection.Causes,
        "effects" => LineageDirection.Effects,
        _ => throw JsonBody.Invalid("direction", "'direction' is any, causes or effects."),
    };
}
