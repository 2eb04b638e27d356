using System.Collections.Immutable;
using System.Text.Json;

namespace OrleansTemporal.Patterns;

/// <summary>A condition as JSON: <c>{"stream": "cpu", "field": "usage", "tags": {"host": "a"}, "gt": 0.9}</c>.</summary>
internal static class PatternConditionJson
{
    private static readonly string[] Members = ["stream", "field", "tags", "gt", "gte", "lt", "lte", "eq", "ne"];

    public static PatternCondition Read(JsonElement what, string name)
    {
        PatternJson.Require(what.ValueKind == JsonValueKind.Object, name, "is a condition, as in {\"stream\": \"cpu\", \"field\": \"usage\", \"gt\": 0.9}");
        var condition = new PatternCondition { Stream = "" };
        foreach (var property in what.EnumerateObject())
        {
            var field = $"{name}.{property.Name}";
            PatternJson.Require(Members.Contains(property.Name), field, "is no field of a condition");
            condition = property.Name switch
            {
                "stream" => condition with { Stream = PatternJson.TextOf(property.Value, field) },
                "field" => condition with { Field = PatternJson.TextOf(property.Value, field) },
                "tags" => condition with { Tags = TagsOf(property.Value, field) },
                "gt" => condition with { Gt = NumberOf(property.Value, field) },
                "gte" => condition with { Gte = NumberOf(property.Value, field) },
                "lt" => condition with { Lt = NumberOf(property.Value, field) },
                "lte" => condition with { Lte = NumberOf(property.Value, field) },
                "eq" => condition with { Eq = NumberOf(property.Value, field) },
                "ne" => condition with { Ne = NumberOf(property.Value, field) },
                _ => condition,
            };
        }

        PatternJson.Require(condition.Stream.Length > 0, $"{name}.stream", "names a stream");
        return condition;
    }

    public static void Write(Utf8JsonWriter json, PatternCondition condition)
    {
        json.WriteStartObject();
        json.WriteString("stream", condition.Stream);
        if (condition.Field is not null)
        {
            json.WriteString("field", condition.Field);
        }

        if (!condition.Tags.IsEmpty)
        {
            json.WriteStartObject("tags");
            foreach (var (tag, value) in condition.Tags)
            {
                json.WriteString(tag, value);
            }

            json.WriteEndObject();
        }

        foreach (var (name, bound) in new[] { ("gt", condition.Gt), ("gte", condition.Gte), ("lt", condition.Lt), ("lte", condition.Lte), ("eq", condition.Eq), ("ne", condition.Ne) })
        {
            if (bound is { } number)
            {
                json.WriteNumber(name, number);
            }
        }

        json.WriteEndObject();
    }

    private static ImmutableSortedDictionary<string, string> TagsOf(JsonElement tags, string field)
    {
        PatternJson.Require(tags.ValueKind == JsonValueKind.Object, field, "is an object of texts");
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var tag in tags.EnumerateObject())
        {
            found[tag.Name] = PatternJson.TextOf(tag.Value, $"{field}.{tag.Name}");
        }

        return found.ToImmutable();
    }

    private static double NumberOf(JsonElement element, string field)
    {
        var number = 0.0;
        PatternJson.Require(element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out number) && double.IsFinite(number), field, "is a finite number");
        return number;
    }
}
