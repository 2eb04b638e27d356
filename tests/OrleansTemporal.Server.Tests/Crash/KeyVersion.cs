using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>One entry of a key's history as the server tells it.</summary>
/// <param name="Value">The document; undefined for a delete and for what was erased.</param>
internal sealed record KeyVersion(string Key, long Sequence, string SystemTime, string WriteId, bool IsDeleted, JsonElement Value)
{
    public bool IsErased { get; init; }

    /// <summary>The write that it was found to come from.</summary>
    public Attempt? Attempt { get; set; }

    public bool IsSameAs(KeyVersion other) =>
        (Key, Sequence, SystemTime, WriteId, IsDeleted) == (other.Key, other.Sequence, other.SystemTime, other.WriteId, other.IsDeleted)
        && IsErased == other.IsErased
        && (IsDeleted || IsErased || Value.GetRawText() == other.Value.GetRawText());

    public static KeyVersion Parse(string key, JsonElement entry)
    {
        var (deleted, erased) = (Has("deleted"), Has("erased"));
        return new KeyVersion(
            key,
            entry.GetProperty("sequence").GetInt64(),
            entry.GetProperty("systemTime").GetString()!,
            entry.GetProperty("writeId").GetString()!,
            deleted,
            deleted || erased ? default : entry.GetProperty("value").Clone())
        {
            IsErased = erased,
        };

        bool Has(string name) => entry.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
    }
}
