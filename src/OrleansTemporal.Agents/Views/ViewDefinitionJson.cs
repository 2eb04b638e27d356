using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>The JSON form of a view's definition, the same over REST, on the command line, in the catalog and in the log.</summary>
public static class ViewDefinitionJson
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Limits.JsonDepthMax };

    /// <summary>Reads a definition and checks that it can be.</summary>
    /// <exception cref="TemporalException">Invalid or TooLarge, with the field.</exception>
    public static ViewDefinition Parse(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(CanonicalJson.Canonicalize(json), Deep);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("body", "The body is a JSON object.");
        }

        var definition = new ViewDefinition { Source = "" };
        foreach (var member in document.RootElement.EnumerateObject())
        {
            definition = member.Name switch
            {
                "source" => definition with { Source = TextOf(member) },
                "description" => definition with { Description = TextOf(member) },
                "query" => With(definition, member.Value),
                "refresh" => definition with { Refresh = RefreshOf(TextOf(member)) },
                _ => throw Refuse(member.Name, $"'{member.Name}' is no field of a view."),
            };
        }

        return ViewRules.Check(definition);
    }

    /// <summary>Writes a definition as the members of an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ViewDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(definition);
        if (definition.Description.Length > 0)
        {
            json.WriteString("description", definition.Description);
        }

        json.WriteStartObject("query");
        WriteQuery(json, definition);
        json.WriteEndObject();
        json.WriteString("refresh", NameOf(definition.Refresh));
        json.WriteString("source", definition.Source);
    }

    /// <summary>A definition as a JSON object.</summary>
    public static byte[] ToBytes(ViewDefinition definition)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, definition);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The name of a way to refresh.</summary>
    public static string NameOf(ViewRefresh refresh) => refresh == ViewRefresh.Manual ? "manual" : "incremental";

    private static ViewRefresh RefreshOf(string name) => name switch
    {
        "incremental" => ViewRefresh.Incremental,
        "manual" => ViewRefresh.Manual,
        _ => throw Refuse("refresh", "'refresh' is incremental or manual."),
    };

    private static ViewDefinition With(ViewDefinition definition, JsonElement query)
    {
        if (query.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("query", "'query' is an object.");
        }

        foreach (var member in query.EnumerateObject())
        {
            if (member.Name is not ("filter" or "select" or "sort" or "groupBy" or "aggregate"))
            {
                throw Refuse($"query.{member.Name}", $"The query of a view has filter, select, sort, groupBy and aggregate, not '{member.Name}'.");
            }
        }

        var request = KvQueryBody.Parse(JsonMarshal.GetRawUtf8Value(query), static _ => AsOf.Latest);
        return definition with
        {
            Filter = request.Filter,
            Select = request.Select,
            Sort = request.Sort,
            GroupBy = request.GroupBy,
            Aggregates = request.Aggregates,
        };
    }

    private static void WriteQuery(Utf8JsonWriter json, ViewDefinition definition)
    {
        if (!definition.Aggregates.IsEmpty)
        {
            json.WriteStartObject("aggregate");
            foreach (var column in definition.Aggregates)
            {
                json.WriteStartObject(column.Name);
                json.WriteString(NameOf(column.Kind), column.Field);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        if (!definition.Filter.IsEmpty)
        {
            json.WritePropertyName("filter");
            json.WriteRawValue(definition.Filter.Span);
        }

        WriteTexts(json, "groupBy", definition.GroupBy);
        WriteTexts(json, "select", definition.Select);
        if (definition.Sort.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("sort");
        foreach (var (field, descending) in definition.Sort)
        {
            json.WriteStartObject();
            json.WriteBoolean("descending", descending);
            json.WriteString("field", field);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, System.Collections.Immutable.ImmutableArray<string> texts)
    {
        if (texts.IsEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string NameOf(AggregateKind kind) => kind switch
    {
        AggregateKind.Count => "count",
        AggregateKind.Sum => "sum",
        AggregateKind.Avg => "avg",
        AggregateKind.Min => "min",
        AggregateKind.Max => "max",
        AggregateKind.Distinct => "distinct",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string TextOf(JsonProperty member) => member.Value.ValueKind == JsonValueKind.String
        ? member.Value.GetString()!
        : throw Refuse(member.Name, $"'{member.Name}' is a string.");

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
