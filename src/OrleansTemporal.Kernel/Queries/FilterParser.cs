using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

/// <summary>Reads the JSON form of a filter, canonical already, and says of each fault in which part it is.</summary>
internal sealed class FilterParser(byte[] canonical)
{
    private const string Operators = "eq, ne, gt, gte, lt, lte, contains, exists, matches, and, or, not";

    private int nodes;

    internal Filter Parse(string field)
    {
        using var document = JsonDocument.Parse(canonical, new JsonDocumentOptions { MaxDepth = Limits.JsonDepthMax });
        return ReadFilter(document.RootElement, field);
    }

    private Filter ReadFilter(JsonElement element, string field)
    {
        if (++nodes > Limits.FilterNodesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"A filter has at most {Limits.FilterNodesMax} conditions.")
            {
                Field = field,
                Limit = Limits.FilterNodesMax,
            };
        }

        if (element.ValueKind != JsonValueKind.Object || element.GetPropertyCount() != 1)
        {
            throw Refuse(field, $"'{field}' is an object with one of {Operators}.");
        }

        var condition = element.EnumerateObject().First();
        var place = $"{field}.{condition.Name}";
        return condition.Name switch
        {
            "and" => new ConnectiveFilter(isAnd: true, ReadAll(condition.Value, place)),
            "or" => new ConnectiveFilter(isAnd: false, ReadAll(condition.Value, place)),
            "not" => new NegationFilter(ReadFilter(condition.Value, place)),
            "exists" => ReadExistence(condition.Value, place),
            "eq" or "ne" or "gt" or "gte" or "lt" or "lte" or "contains" or "matches" => ReadComparison(condition.Name, condition.Value, place),
            _ => throw Refuse(field, $"'{condition.Name}' is none of {Operators}."),
        };
    }

    private Filter[] ReadAll(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Refuse(field, $"'{field}' is an array of filters.");
        }

        return [.. element.EnumerateArray().Select((part, index) => ReadFilter(part, $"{field}[{index}]"))];
    }

    // {"exists":"a.b"}, {"exists":{"field":"a.b"}}, or with "value": false for documents without it.
    private static Filter ReadExistence(JsonElement element, string field)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return new ExistenceFilter(FieldPath.Parse(element.GetString(), field));
        }

        var (path, value) = ReadOperands(element, field);
        Filter exists = new ExistenceFilter(path);
        return value?.ValueKind switch
        {
            null or JsonValueKind.True => exists,
            JsonValueKind.False => new NegationFilter(exists),
            _ => throw Refuse($"{field}.value", $"'{field}.value' is true or false."),
        };
    }

    private static Filter ReadComparison(string name, JsonElement element, string field)
    {
        var (path, operand) = ReadOperands(element, field);
        if (operand is not { } value)
        {
            throw Refuse($"{field}.value", $"'{field}' needs a 'value' to compare with.");
        }

        var bytes = JsonMarshal.GetRawUtf8Value(value).ToArray();
        return name switch
        {
            "eq" => new EqualityFilter(path, bytes),
            "ne" => new NegationFilter(new EqualityFilter(path, bytes)),
            "contains" => new ContainmentFilter(path, bytes),
            "matches" => value.ValueKind == JsonValueKind.String
                ? new PatternFilter(path, TextPatterns.Compile(value.GetString()!, $"{field}.value"))
                : throw Refuse($"{field}.value", $"'{field}.value' is a pattern, which is a string."),
            _ => value.ValueKind is JsonValueKind.Number or JsonValueKind.String
                ? new OrderFilter(path, bytes, isGreater: name[0] == 'g', orEqual: name.Length == 3)
                : throw Refuse($"{field}.value", $"'{field}.value' is a number or a string: nothing else has a before and after."),
        };
    }

    private static (FieldPath Path, JsonElement? Value) ReadOperands(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is an object with 'field' and 'value'.");
        }

        JsonElement? path = null, value = null;
        foreach (var property in element.EnumerateObject())
        {
            switch (property.Name)
            {
                case "field":
                    path = property.Value;
                    break;
                case "value":
                    value = property.Value;
                    break;
                default:
                    throw Refuse($"{field}.{property.Name}", $"'{property.Name}' is no part of a condition, which has 'field' and 'value'.");
            }
        }

        return path is { ValueKind: JsonValueKind.String } text
            ? (FieldPath.Parse(text.GetString(), $"{field}.field"), value)
            : throw Refuse($"{field}.field", $"'{field}.field' is a path, which is a string.");
    }

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
