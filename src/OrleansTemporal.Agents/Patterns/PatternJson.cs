using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Patterns;

/// <summary>
/// A definition as JSON: one of <c>threshold</c> (a condition), <c>times</c> (<c>count</c>, <c>of</c>), <c>followedBy</c> and
/// <c>notFollowedBy</c> (<c>first</c>, <c>then</c>), and <c>within</c>, <c>lateness</c>, <c>on</c>.
/// </summary>
public static class PatternJson
{
    private static readonly ImmutableArray<(string Name, PatternKind Kind)> Kinds =
        [("threshold", PatternKind.Threshold), ("times", PatternKind.Times), ("followedBy", PatternKind.FollowedBy), ("notFollowedBy", PatternKind.NotFollowedBy)];

    /// <summary>Reads a definition.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static PatternDefinition Read(JsonElement body) => Read(body, isAnswer: false);

    // Nanoseconds: a threshold that says no time has every point beyond it as a match.
    private const long EachPoint = 1;

    /// <summary>Reads the definition out of what REST answers of a pattern; what else an answer has, now or later, is passed over.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static PatternDefinition ReadAnswer(JsonElement answer) => Read(answer, isAnswer: true);

    private static PatternDefinition Read(JsonElement body, bool isAnswer)
    {
        Require(body.ValueKind == JsonValueKind.Object, "body", "is an object");
        (PatternKind Kind, JsonElement What)? found = null;
        long? within = null;
        var (lateness, on) = (0L, ImmutableArray<string>.Empty);
        foreach (var property in body.EnumerateObject())
        {
            switch (property.Name)
            {
                case "within":
                    within = DurationOf(property.Value, "within");
                    break;
                case "lateness":
                    lateness = DurationOf(property.Value, "lateness");
                    break;
                case "on":
                    Require(property.Value.ValueKind == JsonValueKind.Array, "on", "is an array of tags");
                    on = [.. property.Value.EnumerateArray().Select(static tag => TextOf(tag, "on"))];
                    break;
                default:
                    var kind = Kinds.FirstOrDefault(one => one.Name == property.Name).Kind;
                    if (isAnswer && kind == default)
                    {
                        break;
                    }

                    Require(kind != default, property.Name, "is no field of a pattern");
                    Require(found is null, property.Name, "is one too many: a pattern has one of threshold, times, followedBy and notFollowedBy");
                    found = (kind, property.Value);
                    break;
            }
        }

        Require(found is not null, "body", "has one of threshold, times, followedBy and notFollowedBy");
        var read = ReadWhat(found!.Value.Kind, found.Value.What);
        return read with { Within = within ?? (read.Kind == PatternKind.Threshold ? EachPoint : 0), Lateness = lateness, On = on };
    }

    /// <summary>Writes the members of a definition into the open object.</summary>
    public static void Write(Utf8JsonWriter json, PatternDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(definition);
        json.WritePropertyName(Kinds.First(one => one.Kind == definition.Kind).Name);
        if (definition.Kind == PatternKind.Threshold)
        {
            PatternConditionJson.Write(json, definition.First);
        }
        else
        {
            json.WriteStartObject();
            if (definition.Kind == PatternKind.Times)
            {
                json.WriteNumber("count", definition.Count);
            }

            json.WritePropertyName(definition.Kind == PatternKind.Times ? "of" : "first");
            PatternConditionJson.Write(json, definition.First);
            if (definition.Then is not null)
            {
                json.WritePropertyName("then");
                PatternConditionJson.Write(json, definition.Then);
            }

            json.WriteEndObject();
        }

        json.WriteString("within", SeriesDurations.Format(definition.Within));
        json.WriteString("lateness", SeriesDurations.Format(definition.Lateness));
        json.WriteStartArray("on");
        foreach (var tag in definition.On)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
    }

    /// <summary>A definition as an object.</summary>
    internal static byte[] Write(PatternDefinition definition)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, definition);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    internal static void Require(bool holds, string field, string rule) => SeriesRules.Require(holds, field, rule);

    internal static string TextOf(JsonElement element, string field)
    {
        Require(element.ValueKind == JsonValueKind.String, field, "is a text");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"'{field}' has a lone surrogate.") { Field = field };
        }
    }

    private static long DurationOf(JsonElement element, string field)
    {
        var isDuration = SeriesDurations.TryParse(TextOf(element, field), out var duration);
        Require(isDuration, field, "is a duration, as in 250ms, 30s, 5m, 1h and 7d");
        return duration;
    }

    private static PatternDefinition ReadWhat(PatternKind kind, JsonElement what)
    {
        if (kind == PatternKind.Threshold)
        {
            return new PatternDefinition { Kind = kind, First = PatternConditionJson.Read(what, "threshold"), Within = 0 };
        }

        var name = Kinds.First(one => one.Kind == kind).Name;
        Require(what.ValueKind == JsonValueKind.Object, name, "is an object");
        var (count, first, then) = (1, (PatternCondition?)null, (PatternCondition?)null);
        foreach (var property in what.EnumerateObject())
        {
            var field = $"{name}.{property.Name}";
            switch (property.Name)
            {
                case "count" when kind == PatternKind.Times:
                    Require(property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out count), field, "is a whole number");
                    break;
                case "of" when kind == PatternKind.Times:
                case "first" when kind != PatternKind.Times:
                    first = PatternConditionJson.Read(property.Value, field);
                    break;
                case "then" when kind != PatternKind.Times:
                    then = PatternConditionJson.Read(property.Value, field);
                    break;
                default:
                    Require(false, field, "is no field of it");
                    break;
            }
        }

        Require(first is not null, $"{name}.{(kind == PatternKind.Times ? "of" : "first")}", "is a condition");
        return new PatternDefinition { Kind = kind, First = first!, Then = then, Count = count, Within = 0 };
    }
}
