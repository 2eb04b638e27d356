using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansTemporal.Commands;

/// <summary>
/// Conditions as one types them, turned into the JSON of a filter: <c>price&gt;=10</c>, <c>name=Ada</c>, <c>name~^A</c>
/// (matches), <c>tags contains new</c>, <c>email exists</c>. A value that is JSON is that value, anything else is text.
/// </summary>
internal static class Conditions
{
    /// <summary>How JSON that is made here is written.</summary>
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2 * Limits.JsonDepthMax };

    // Those that begin like others come first.
    private static readonly (string Sign, string Name)[] Signs =
        [(">=", "gte"), ("<=", "lte"), ("!=", "ne"), ("==", "eq"), ("=", "eq"), (">", "gt"), ("<", "lt"), ("~", "matches")];

    private const string ContainsWord = " contains ";
    private const string ExistsWord = " exists";

    /// <summary>The options by which a command takes conditions: <c>--where</c>, any number of times, and <c>--filter</c>.</summary>
    public static (Option<string[]> Where, Option<string?> Filter) Options() => (
        new("--where")
        {
            Description = "A condition, such as price>=10, name=Ada, name~^A, 'tags contains new', 'email exists'; all of several must hold.",
            HelpName = "condition",
            AllowMultipleArgumentsPerToken = false,
        },
        new("--filter") { Description = "The filter as JSON; see docs/formats/filter.md.", HelpName = "json" });

    /// <summary>One condition.</summary>
    public static JsonObject Parse(string text)
    {
        if (text.EndsWith(ExistsWord, StringComparison.Ordinal))
            return new JsonObject { ["exists"] = text[..^ExistsWord.Length].Trim() };

        var (at, length, name) = FindSign(text);
        if (at <= 0)
            throw Advice.Refuse($"'{text}' is no condition; conditions look like price>=10, name=Ada, name~^A, 'tags contains new' or 'email exists'.");

        var value = text[(at + length)..].Trim();
        return new JsonObject
        {
            [name] = new JsonObject
            {
                ["field"] = text[..at].Trim(),
                ["value"] = name == "matches" ? Text(value) : Value(value),
            },
        };
    }

    /// <summary>Several conditions, all of which must hold, beside a filter given as JSON; null for none.</summary>
    public static JsonNode? All(string? filter, IReadOnlyList<string> conditions)
    {
        List<JsonNode> parts = [.. conditions.Select(Parse)];
        if (filter is not null)
            parts.Insert(0, TryParseJson(filter) ?? throw Advice.Refuse("--filter is JSON such as '{\"gt\":{\"field\":\"price\",\"value\":10}}'."));
        return parts.Count switch
        {
            0 => null,
            1 => parts[0],
            _ => new JsonObject { ["and"] = new JsonArray([.. parts]) },
        };
    }

    /// <summary>As <see cref="All"/>, as text.</summary>
    public static string? AllAsText(string? filter, IReadOnlyList<string> conditions) => All(filter, conditions)?.ToJsonString(Relaxed);

    private static (int At, int Length, string Name) FindSign(string text)
    {
        var found = (At: text.IndexOf(ContainsWord, StringComparison.Ordinal), ContainsWord.Length, Name: "contains");
        foreach (var (sign, name) in Signs)
        {
            var at = text.IndexOf(sign, StringComparison.Ordinal);
            if (at >= 0 && (found.At < 0 || at < found.At))
                found = (at, sign.Length, name);
        }

        return found;
    }

    private static JsonNode? Value(string text) => text == "null" ? null : TryParseJson(text) ?? Text(text);

    private static JsonValue Text(string text) => JsonValue.Create(text);

    // Numbers keep every digit: a parsed node writes back what it was read from.
    private static JsonNode? TryParseJson(string text)
    {
        try
        {
            return JsonNode.Parse(Encoding.UTF8.GetBytes(text), documentOptions: new JsonDocumentOptions { MaxDepth = Limits.JsonDepthMax });
        }
        catch (JsonException)
        {
            // Not JSON, so it is text.
            return null;
        }
    }
}
