using System.Text.Json;

namespace OrleansTemporal.Json;

/// <summary>Dotted paths into documents, such as <c>properties.ids</c>.</summary>
internal static class JsonPaths
{
    /// <summary>Finds the field; a field whose own name is the whole path comes before a nested one.</summary>
    public static bool TryFind(JsonElement document, string path, out JsonElement found)
    {
        found = document;
        if (document.ValueKind != JsonValueKind.Object)
            return false;
        if (document.TryGetProperty(path, out found))
            return true;

        found = document;
        foreach (var name in path.Split('.'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return false;
        }

        return true;
    }
}
