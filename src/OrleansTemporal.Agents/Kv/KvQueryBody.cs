using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>The JSON form of a query (docs/formats/filter.md), the same over REST and on the command line.</summary>
public static class KvQueryBody
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Limits.JsonDepthMax };

    /// <summary>Reads a query; what it asks for is checked when it runs.</summary>
    /// <param name="json">One JSON object. Columns of aggregates come in the order of their names.</param>
    /// <param name="parseAsOf">Reads a moment: an instant, or digits for a sequence.</param>
    /// <exception cref="TemporalException">Invalid, <c>malformed_json</c> or, with the field, <c>invalid_field</c>.</exception>
    public static KvQueryRequest Parse(ReadOnlySpan<byte> json, Func<string, AsOf> parseAsOf)
    {
        // Canonical first: names occur once, and no digit of a number is lost on the way into the filter.
        using var document = JsonDocument.Parse(CanonicalJson.Canonicalize(json), Deep);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("body", "The body is a JSON object.");
        }

        var request = new KvQueryRequest();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            request = property.Name switch
            {
                _ when value.ValueKind == JsonValueKind.Null && property.Name is "filter" or "asOf" => request,
                "filter" => request with { Filter = JsonMarshal.GetRawUtf8Value(value).ToArray() },
                "prefix" => request with { Prefix = TextOf(value, "prefix") },
                "select" => request with { Select = TextsOf(value, "select") },
                "sort" => request with { Sort = [.. ItemsOf(value, "sort").Select(SortOf)] },
                "groupBy" => request with { GroupBy = TextsOf(value, "groupBy") },
                "aggregate" => request with { Aggregates = AggregatesOf(value) },
                "skip" => request with { Skip = CountOf(value, "skip") },
                "limit" => request with { Limit = CountOf(value, "limit") },
                "total" => request with { WithTotal = FlagOf(value, "total") },
                "asOf" => request with { AsOf = parseAsOf(value.ValueKind == JsonValueKind.Number ? value.GetRawText() : TextOf(value, "asOf")) },
                _ => throw Refuse(property.Name, $"'{property.Name}' is no field of this body."),
            };
        }

        return request;
    }

    private static SortField SortOf(JsonElement element, int index)
    {
        var place = $"sort[{index}]";
        if (element.ValueKind == JsonValueKind.String)
        {
            return new SortField(element.GetString()!, Descending: false);
        }

        string? field = null;
        var descending = false;
        foreach (var property in MembersOf(element, place))
        {
            switch (property.Name)
            {
                case "field":
                    field = TextOf(property.Value, $"{place}.field");
                    break;
                case "descending":
                    descending = FlagOf(property.Value, $"{place}.descending");
                    break;
                default:
                    throw Refuse($"{place}.{property.Name}", $"'{property.Name}' is no part of an order, which has 'field' and 'descending'.");
            }
        }

        return new SortField(field ?? throw Refuse($"{place}.field", $"'{place}' names its 'field'."), descending);
    }

    private static ImmutableArray<AggregateField> AggregatesOf(JsonElement element) =>
    [
        .. MembersOf(element, "aggregate").Select(static column =>
        {
            var place = $"aggregate.{column.Name}";
            var members = MembersOf(column.Value, place).ToList();
            if (members is not [{ } only] || KindOf(only.Name) is not { } kind)
            {
                throw Refuse(place, $"'{place}' is an object with one of count, sum, avg, min, max, distinct.");
            }

            return new AggregateField(column.Name, kind, TextOf(only.Value, $"{place}.{only.Name}"));
        }),
    ];

    private static AggregateKind? KindOf(string name) => name switch
    {
        "count" => AggregateKind.Count,
        "sum" => AggregateKind.Sum,
        "avg" => AggregateKind.Avg,
        "min" => AggregateKind.Min,
        "max" => AggregateKind.Max,
        "distinct" => AggregateKind.Distinct,
        _ => null,
    };

    private static ImmutableArray<string> TextsOf(JsonElement element, string field) =>
        [.. ItemsOf(element, field).Select((item, index) => TextOf(item, $"{field}[{index}]"))];

    private static JsonElement.ArrayEnumerator ItemsOf(JsonElement element, string field) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray()
        : throw Refuse(field, $"'{field}' is an array.");

    private static JsonElement.ObjectEnumerator MembersOf(JsonElement element, string field) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject()
        : throw Refuse(field, $"'{field}' is an object.");

    private static string TextOf(JsonElement element, string field) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw Refuse(field, $"'{field}' is a string.");

    private static int CountOf(JsonElement element, string field) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var count)
        ? count
        : throw Refuse(field, $"'{field}' is a whole number.");

    private static bool FlagOf(JsonElement element, string field) => element.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? element.GetBoolean()
        : throw Refuse(field, $"'{field}' is true or false.");

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
