using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Where the catalog says that a namespace is: its slot map, how many agents have ever held keys of it, and the map that
/// its keys are on the way to. The last two stand beside the settings, as <c>agents</c> and <c>move</c> (base64).
/// </summary>
internal sealed record KvPlacement(SlotMap Slots, int AgentCount, SlotMap? Move)
{
    public static KvPlacement Of(CatalogEntry entry)
    {
        var slots = entry.SlotMap.IsEmpty ? SlotMap.Single : SlotMap.FromBytes(entry.SlotMap.Span);
        if (entry.Kind != AgentKind.Kv || entry.Settings.IsEmpty)
        {
            return new KvPlacement(slots, slots.PartitionCount, null);
        }

        using var json = JsonDocument.Parse(entry.Settings);
        var move = json.RootElement.TryGetProperty("move", out var stored) ? SlotMap.FromBytes(stored.GetBytesFromBase64()) : null;
        var agents = json.RootElement.TryGetProperty("agents", out var count) ? count.GetInt32() : 0;
        return new KvPlacement(slots, Math.Max(agents, Math.Max(slots.PartitionCount, move?.PartitionCount ?? 0)), move);
    }

    /// <summary>Adds what does not follow from the slot map to settings as <see cref="KvSettingsCodec"/> wrote them.</summary>
    public byte[] AddTo(ReadOnlyMemory<byte> settings)
    {
        if (Move is null && AgentCount == Slots.PartitionCount)
        {
            return settings.ToArray();
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        using (var known = JsonDocument.Parse(settings))
        {
            json.WriteStartObject();
            foreach (var property in known.RootElement.EnumerateObject())
            {
                property.WriteTo(json);
            }

            json.WriteNumber("agents", AgentCount);
            if (Move is not null)
            {
                json.WriteBase64String("move", Move.ToBytes());
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Each pair of partitions between which slots are on the way, with the slots.</summary>
    public IEnumerable<(int From, int To, SlotSet Slots)> Transfers() =>
        Enumerable.Range(0, Limits.SlotCount)
            .Select(slot => (From: Slots.PartitionOfSlot(slot), To: Move!.PartitionOfSlot(slot)))
            .Where(static pair => pair.From != pair.To)
            .Distinct()
            .Order()
            .Select(pair => (pair.From, pair.To, Slots.MovedTo(Move!, pair.From, pair.To)));
}
