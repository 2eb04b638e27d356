using System.Globalization;
using System.Text.Json.Nodes;

namespace OrleansTemporal.Json;

/// <summary>
/// The changes that lead from one document to another, in the order in which they must be applied. Numbers are equal when
/// their decimal values are. Arrays keep their common beginning and end; what lies between is compared place by place,
/// which is linear and reads well for the edits that people make.
/// </summary>
internal static class JsonDiff
{
    public static List<JsonChange> Compare(JsonNode? before, JsonNode? after)
    {
        List<JsonChange> changes = [];
        Compare("", before, after, changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<JsonChange> changes)
    {
        if (before is JsonObject oldObject && after is JsonObject newObject)
            CompareObjects(path, oldObject, newObject, changes);
        else if (before is JsonArray oldArray && after is JsonArray newArray)
            CompareArrays(path, oldArray, newArray, changes);
        else if (!JsonNode.DeepEquals(before, after))
            changes.Add(new JsonChange(JsonChange.Replace, path, before, after));
    }

    private static void CompareObjects(string path, JsonObject before, JsonObject after, List<JsonChange> changes)
    {
        foreach (var (name, value) in before)
        {
            if (!after.ContainsKey(name))
                changes.Add(new JsonChange(JsonChange.Remove, Child(path, name), value, null));
        }

        foreach (var (name, value) in after)
        {
            if (before.TryGetPropertyValue(name, out var old))
                Compare(Child(path, name), old, value, changes);
            else
                changes.Add(new JsonChange(JsonChange.Add, Child(path, name), null, value));
        }
    }

    private static void CompareArrays(string path, JsonArray before, JsonArray after, List<JsonChange> changes)
    {
        var shorter = Math.Min(before.Count, after.Count);
        var head = 0;
        while (head < shorter && JsonNode.DeepEquals(before[head], after[head]))
            head++;
        var tail = 0;
        while (tail < shorter - head && JsonNode.DeepEquals(before[before.Count - 1 - tail], after[after.Count - 1 - tail]))
            tail++;

        var oldCount = before.Count - head - tail;
        var newCount = after.Count - head - tail;
        var common = Math.Min(oldCount, newCount);
        for (var i = head; i < head + common; i++)
            Compare(Child(path, i), before[i], after[i], changes);

        // From the end, so that no removal moves what a later one names.
        for (var i = head + oldCount - 1; i >= head + common; i--)
            changes.Add(new JsonChange(JsonChange.Remove, Child(path, i), before[i], null));
        for (var i = head + common; i < head + newCount; i++)
            changes.Add(new JsonChange(JsonChange.Add, Child(path, i), null, after[i]));
    }

    private static string Child(string path, int index) => $"{path}/{index.ToString(CultureInfo.InvariantCulture)}";

    private static string Child(string path, string name) =>
        $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
