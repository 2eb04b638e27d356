using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrleansTemporal.Commands;

/// <summary>Aggregates as one types them: <c>count</c>, <c>sum(price)</c>, <c>mean=avg(price)</c>.</summary>
internal static partial class Aggregates
{
    /// <summary>The JSON of the aggregates; null for none.</summary>
    public static JsonObject? Parse(IReadOnlyList<string> texts)
    {
        var aggregates = new JsonObject();
        foreach (var text in texts)
        {
            var match = Form().Match(text);
            var field = match.Groups["field"].Success ? match.Groups["field"].Value : "*";
            if (!match.Success || (field == "*" && match.Groups["function"].Value != "count"))
                throw Advice.Refuse($"'{text}' is no aggregate; aggregates look like count, sum(price) or mean=avg(price).");

            var name = match.Groups["name"].Success ? match.Groups["name"].Value : text;
            if (!aggregates.TryAdd(name, new JsonObject { [match.Groups["function"].Value] = field }))
                throw Advice.Refuse($"Two aggregates have the name '{name}'; put another one in front, as in other={text}.");
        }

        return aggregates.Count > 0 ? aggregates : null;
    }

    [GeneratedRegex(@"^((?<name>[^=()]+)=)?(?<function>count|sum|avg|min|max|distinct)(\((?<field>.+)\))?$")]
    private static partial Regex Form();
}
