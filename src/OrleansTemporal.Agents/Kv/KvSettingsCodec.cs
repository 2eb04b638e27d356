using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>The settings of a namespace as the catalog keeps them: one JSON object, unknown members ignored.</summary>
internal static class KvSettingsCodec
{
    private static readonly ImmutableSortedDictionary<string, DataKeyPolicy> NoDataKeys = ImmutableSortedDictionary.Create<string, DataKeyPolicy>(StringComparer.Ordinal);

    public static byte[] Encode(KvSettings settings) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $$"""{"durability":"{{NameOf(settings.Durability)}}","partitions":{{settings.Partitions}}{{TimeToLiveOf(settings)}}{{DataKeyOf(settings)}}{{IndexesOf(settings)}}}"""));

    public static KvSettings Decode(CatalogEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Settings);
        var root = json.RootElement;
        return new KvSettings
        {
            Partitions = root.TryGetProperty("partitions", out var partitions) ? partitions.GetInt32() : 1,
            Durability = root.TryGetProperty("durability", out var durability) && durability.ValueEquals("buffered") ? Durability.Buffered : Durability.Durable,
            TimeToLive = root.TryGetProperty("ttl", out var ttl) ? TimeSpan.FromMilliseconds(ttl.GetInt64()) : null,
            DataKey = root.TryGetProperty("dataKey", out var dataKey) ? DataKeyPolicies.Parse(dataKey.GetString()!) : DataKeyPolicy.Inherit,
            DataKeys = root.TryGetProperty("dataKeys", out var dataKeys)
                ? dataKeys.EnumerateObject().ToImmutableSortedDictionary(static key => key.Name, static key => DataKeyPolicies.Parse(key.Value.GetString()!), StringComparer.Ordinal)
                : NoDataKeys,
            Indexes = root.TryGetProperty("indexes", out var indexes) ? [.. indexes.EnumerateArray().Select(static field => field.GetString()!)] : [],
            CatalogSequence = entry.Sequence,
        };
    }

    // Nothing where nothing is encrypted, as before there were any data keys.
    private static string DataKeyOf(KvSettings settings)
    {
        var text = new StringBuilder();
        if (settings.DataKey is { } policy and not DataKeyPolicy.Inherit)
        {
            text.Append(CultureInfo.InvariantCulture, $",\"dataKey\":\"{DataKeyPolicies.NameOf(policy)}\"");
        }

        if (settings.DataKeys is { IsEmpty: false } keys)
        {
            text.Append(",\"dataKeys\":{").AppendJoin(',', keys.Select(static key => $"\"{JsonEncodedText.Encode(key.Key)}\":\"{DataKeyPolicies.NameOf(key.Value)}\"")).Append('}');
        }

        return text.ToString();
    }

    private static string IndexesOf(KvSettings settings) => settings.Indexes is { IsEmpty: false } fields
        ? $",\"indexes\":[{string.Join(',', fields.Select(static field => $"\"{JsonEncodedText.Encode(field)}\""))}]"
        : "";

    // Milliseconds; a namespace whose values do not end has no such member, as before there were any.
    private static string TimeToLiveOf(KvSettings settings) =>
        settings.TimeToLive is { } time ? string.Create(CultureInfo.InvariantCulture, $",\"ttl\":{time.Ticks / TimeSpan.TicksPerMillisecond}") : "";

    private static string NameOf(Durability durability) => durability == Durability.Buffered ? "buffered" : "durable";
}
