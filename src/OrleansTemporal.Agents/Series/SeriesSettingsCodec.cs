using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>The settings of a stream as the catalog keeps them: one JSON object, unknown members ignored. Partitions are the slot map's.</summary>
internal static class SeriesSettingsCodec
{
    public static byte[] Encode(SeriesSettings settings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("durability", settings.Durability == Durability.Buffered ? "buffered" : "durable");
            if (!settings.Links.IsEmpty)
            {
                SeriesLinksJson.Write(json, settings.Links);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static SeriesSettings Decode(CatalogEntry entry, int partitions)
    {
        using var json = JsonDocument.Parse(entry.Settings);
        return new SeriesSettings
        {
            Partitions = partitions,
            Durability = json.RootElement.TryGetProperty("durability", out var durability) && durability.ValueEquals("buffered") ? Durability.Buffered : Durability.Durable,
            Links = SeriesLinksJson.Read(json.RootElement),
        };
    }
}
