using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>The settings of a namespace as the catalog keeps them: one JSON object, unknown members ignored.</summary>
internal static class KvSettingsCodec
{
    public static byte[] Encode(KvSettings settings) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $$"""{"durability":"{{NameOf(settings.Durability)}}","partitions":{{settings.Partitions}}{{TimeToLiveOf(settings)}}}"""));

    public static KvSettings Decode(CatalogEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Settings);
        var root = json.RootElement;
        return new KvSettings
        {
            Partitions = root.TryGetProperty("partitions", out var partitions) ? partitions.GetInt32() : 1,
            Durability = root.TryGetProperty("durability", out var durability) && durability.ValueEquals("buffered") ? Durability.Buffered : Durability.Durable,
            TimeToLive = root.TryGetProperty("ttl", out var ttl) ? TimeSpan.FromMilliseconds(ttl.GetInt64()) : null,
            CatalogSequence = entry.Sequence,
        };
    }

    // Milliseconds; a namespace whose values do not end has no such member, as before there were any.
    private static string TimeToLiveOf(KvSettings settings) =>
        settings.TimeToLive is { } time ? string.Create(CultureInfo.InvariantCulture, $",\"ttl\":{time.Ticks / TimeSpan.TicksPerMillisecond}") : "";

    private static string NameOf(Durability durability) => durability == Durability.Buffered ? "buffered" : "durable";
}
