using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>Which index says where the documents of a query are: a condition that all of them have to meet, on a field that has one.</summary>
internal static class KvIndexes
{
    private static readonly SearchValues<char> PatternSigns = SearchValues.Create(@"\.$^{[(|)*+?");

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Limits.JsonDepthMax };

    /// <summary>Refuses fields that can not be indexed.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(ImmutableArray<string>? fields)
    {
        if (fields is not { } paths)
        {
            return;
        }

        if (paths.Length > Limits.IndexesMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A namespace has at most {Limits.IndexesMax} indexes.") { Field = "indexes", Limit = Limits.IndexesMax };
        }

        for (var i = 0; i < paths.Length; i++)
        {
            FieldPath.Parse(paths[i], $"indexes[{i}].field");
            if (paths.IndexOf(paths[i]) < i)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{paths[i]}' is indexed twice.") { Field = $"indexes[{i}].field" };
            }
        }
    }

    /// <summary>The index that narrows a filter most, as far as the filter alone tells; null when none does.</summary>
    /// <param name="filter">JSON that parses as a filter; empty for all documents.</param>
    public static (string Field, ValueRange Range)? Choose(ReadOnlySpan<byte> filter, ImmutableArray<string> fields)
    {
        if (filter.IsEmpty || fields.IsEmpty)
        {
            return null;
        }

        using var document = JsonDocument.Parse(CanonicalJson.Canonicalize(filter), Deep);
        var ranges = new Dictionary<string, (ValueRange Range, int Weight)>(StringComparer.Ordinal);
        Collect(document.RootElement, fields, ranges);
        return ranges.Count == 0 ? null : ranges.OrderByDescending(static pair => pair.Value.Weight).ThenBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => (pair.Key, pair.Value.Range)).First();
    }

    private static void Collect(JsonElement element, ImmutableArray<string> fields, Dictionary<string, (ValueRange Range, int Weight)> ranges)
    {
        var condition = element.EnumerateObject().First();
        if (condition.Name == "and")
        {
            foreach (var part in condition.Value.EnumerateArray())
            {
                Collect(part, fields, ranges);
            }

            return;
        }

        if (condition.Value.ValueKind != JsonValueKind.Object
            || !condition.Value.TryGetProperty("field", out var path) || path.GetString() is not { } field || !fields.Contains(field)
            || !condition.Value.TryGetProperty("value", out var value)
            || RangeOf(condition.Name, value) is not { } found)
        {
            return;
        }

        ranges[field] = ranges.TryGetValue(field, out var known) ? (known.Range.And(found.Range), known.Weight + found.Weight) : found;
    }

    private static (ValueRange Range, int Weight)? RangeOf(string condition, JsonElement value)
    {
        ReadOnlySpan<byte> bytes = JsonMarshal.GetRawUtf8Value(value);
        return condition switch
        {
            "eq" => (ValueRange.Equal(bytes), 100),
            "gt" or "gte" => (ValueRange.AtLeast(bytes), 1),
            "lt" or "lte" => (ValueRange.AtMost(bytes), 1),
            "matches" when PrefixOf(value.GetString()!) is { Length: > 0 } prefix => (ValueRange.StartsWith(prefix), 10),
            _ => null,
        };
    }

    // What every text that matches begins with. A sign that may make the character before it optional takes it along.
    private static string PrefixOf(string pattern)
    {
        if (pattern.Length < 2 || pattern[0] != '^' || pattern.Contains('|', StringComparison.Ordinal) || pattern.Contains("(?", StringComparison.Ordinal))
        {
            return "";
        }

        var end = pattern.AsSpan(1).IndexOfAny(PatternSigns) is >= 0 and var at ? at + 1 : pattern.Length;
        var isCut = end < pattern.Length && pattern[end] is '*' or '?' or '{';
        end -= isCut && end > 1 ? 1 : 0;

        // Half of a character is none.
        end -= end > 1 && char.IsHighSurrogate(pattern[end - 1]) ? 1 : 0;
        return pattern[1..end];
    }
}
