using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kernel.Tests.Queries;

/// <summary>Makes documents, paths and filters out of few names and values, so that they meet.</summary>
internal sealed class QueryGenerator(Random random)
{
    private static readonly string[] Names =
        ["a", "b", "c", "a.b", "a[0]", "0", "1", "ab", "", "é", "\uE000", "😀", "\"", "x\"a", "\\", "a\\", "\n", "$", "{", "[\"a\":", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"];

    private static readonly string[] Texts =
        ["", "a", "b", "ab", "aab", "n", "\n", "a\nb", "\t", "t", "\\", "\\n", "\"", "{\"a\":1", ",\"a\":2}", "[]", "\u0001", "\u001f", "u0001", "é", "\uFFFD", "\uE000", "😀", "a😀b", "𝒳", "12", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"];

    private static readonly string[] Numbers =
        ["0", "-0", "1", "-1", "2", "10", "9", "-10", "-9", "0.5", "0.25", "1.5", "1.50", "9007199254740992", "9007199254740993", "-9007199254740993", "1e21", "1e22", "999999999999999999999", "1e-7", "0.0000001", "0.000001", "1e400", "1.1e400", "-1e400", "1e-400", "0.1", "0.1000000000000000055511151231257827", "123456789012345678901234567890", "100", "1e2"];

    internal byte[] Document(int depth = 4) => CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(ValueText(random.Next(8) == 0 ? 0 : depth, isRoot: true)));

    internal string Number()
    {
        if (random.Next(3) > 0)
        {
            return Numbers[random.Next(Numbers.Length)];
        }

        var text = new StringBuilder(random.Next(2) == 0 ? "-" : "").Append(random.Next(1, 100));
        text.Append(random.Next(2) == 0 ? "." + random.NextInt64(1_000_000).ToString(CultureInfo.InvariantCulture) : "");
        return text.Append(random.Next(4) == 0 ? "e" + random.Next(-40, 40).ToString(CultureInfo.InvariantCulture) : "").ToString();
    }

    /// <summary>A path as steps (texts or indexes) that mostly lead somewhere in the document.</summary>
    internal List<object> Steps(JsonElement document)
    {
        List<object> steps = [];
        var place = document;
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var astray = random.Next(8) == 0;
            if (!astray && place.ValueKind == JsonValueKind.Object && place.EnumerateObject().Any(member => member.Name.Length > 0))
            {
                var members = place.EnumerateObject().Where(member => member.Name.Length > 0).ToList();
                var member = members[random.Next(members.Count)];
                steps.Add(member.Name);
                place = member.Value;
            }
            else if (!astray && place.ValueKind == JsonValueKind.Array && place.GetArrayLength() > 0)
            {
                var index = random.Next(place.GetArrayLength());
                steps.Add(index);
                place = place[index];
            }
            else
            {
                steps.Add(random.Next(3) == 0 ? random.Next(3) : Names.Where(name => name.Length > 0).ElementAt(random.Next(Names.Length - 1)));
                place = default;
            }
        }

        return steps;
    }

    internal static string PathText(List<object> steps)
    {
        var path = new StringBuilder();
        foreach (var step in steps)
        {
            if (step is int index)
            {
                path.Append('[').Append(index).Append(']');
                continue;
            }

            path.Append(path.Length > 0 ? "." : "");
            var name = ((string)step).Replace("\\", "\\\\", StringComparison.Ordinal).Replace(".", "\\.", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);

            // A name of digits is an index, too, unless it says that it is a name; and $ alone is the whole document.
            path.Append(name.Length > 0 && name.AsSpan().ContainsAnyExceptInRange('0', '9') && name != "$" ? name : "\\" + name);
        }

        return path.ToString();
    }

    /// <summary>A filter as the tree that the oracle walks; its JSON is what the product reads.</summary>
    internal (JsonNode Json, Func<JsonElement, bool> Oracle) Filter(JsonElement sample, int depth = 3)
    {
        var kind = random.Next(depth > 0 ? 12 : 9);
        if (kind >= 9)
        {
            if (kind == 11)
            {
                var (inner, oracle) = Filter(sample, depth - 1);
                return (new JsonObject { ["not"] = inner }, document => !oracle(document));
            }

            var parts = Enumerable.Range(0, random.Next(4)).Select(_ => Filter(sample, depth - 1)).ToList();
            var list = new JsonArray([.. parts.Select(part => part.Json)]);
            return kind == 9
                ? (new JsonObject { ["and"] = list }, document => parts.All(part => part.Oracle(document)))
                : (new JsonObject { ["or"] = list }, document => parts.Any(part => part.Oracle(document)));
        }

        var steps = Steps(sample);
        var path = PathText(steps);
        if (kind == 8)
        {
            return (new JsonObject { ["exists"] = path }, document => FilterOracle.Find(document, steps) is not null);
        }

        var name = new[] { "eq", "ne", "gt", "gte", "lt", "lte", "contains", "contains" }[kind];
        var value = Operand(sample, steps, name);
        var condition = new JsonObject { ["field"] = path, ["value"] = JsonNode.Parse(value) };
        using var operand = JsonDocument.Parse(value);
        var kept = operand.RootElement.Clone();
        return (new JsonObject { [name] = condition }, document => FilterOracle.Compares(name, FilterOracle.Find(document, steps), kept));
    }

    private string Operand(JsonElement sample, List<object> steps, string name)
    {
        var found = FilterOracle.Find(sample, steps);
        if (name is "gt" or "gte" or "lt" or "lte")
        {
            return found is { ValueKind: JsonValueKind.Number or JsonValueKind.String } near && random.Next(3) == 0 ? near.GetRawText()
                : found?.ValueKind == JsonValueKind.String || random.Next(3) == 0 ? Text() : Number();
        }

        if (name == "contains" && found is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() > 0 && random.Next(3) > 0)
        {
            return array[random.Next(array.GetArrayLength())].GetRawText();
        }

        return found is { } value && name != "contains" && random.Next(2) == 0 ? value.GetRawText() : random.Next(2) == 0 ? Text() : ValueText(2, isRoot: false);
    }

    private string Text() => JsonSerializer.Serialize(string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Texts[random.Next(Texts.Length)])));

    private string ValueText(int depth, bool isRoot)
    {
        var kind = isRoot && depth > 0 ? 5 + random.Next(4) : random.Next(depth > 0 ? 9 : 5);
        return kind switch
        {
            0 => "null",
            1 => random.Next(2) == 0 ? "true" : "false",
            2 or 3 => Number(),
            4 => Text(),
            5 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => ValueText(depth - 1, isRoot: false))) + "]",
            _ => "{" + string.Join(',', Names.OrderBy(_ => random.Next()).Take(random.Next(6)).Select(name => JsonSerializer.Serialize(name) + ":" + ValueText(depth - 1, isRoot: false))) + "}",
        };
    }
}
