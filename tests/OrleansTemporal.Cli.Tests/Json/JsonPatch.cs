using System.Globalization;
using System.Text.Json.Nodes;
using OrleansTemporal.Json;

namespace OrleansTemporal.Cli.Tests.Json;

/// <summary>Applies changes as RFC 6902 says, written apart from what makes them.</summary>
internal static class JsonPatch
{
    public static JsonNode? Apply(JsonNode? document, IEnumerable<JsonChange> changes)
    {
        var root = document?.DeepClone();
        foreach (var change in changes)
        {
            var value = change.Value?.DeepClone();
            if (change.Path.Length == 0)
            {
                root = change.Operation == JsonChange.Remove ? null : value;
                continue;
            }

            var names = change.Path[1..].Split('/').Select(name => name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
            var parent = root;
            foreach (var name in names[..^1])
                parent = parent is JsonArray list ? list[Index(name)] : parent![name];
            if (parent is JsonArray array)
                Apply(array, Index(names[^1]), change.Operation, value);
            else
                Apply(parent!.AsObject(), names[^1], change.Operation, value);
        }

        return root;
    }

    private static void Apply(JsonArray array, int index, string operation, JsonNode? value)
    {
        if (operation != JsonChange.Add)
            array.RemoveAt(index);
        if (operation != JsonChange.Remove)
            array.Insert(index, value);
    }

    private static void Apply(JsonObject parent, string name, string operation, JsonNode? value)
    {
        Assert.Equal(operation != JsonChange.Add, parent.ContainsKey(name));
        parent.Remove(name);
        if (operation != JsonChange.Remove)
            parent[name] = value;
    }

    private static int Index(string name) => int.Parse(name, CultureInfo.InvariantCulture);
}
