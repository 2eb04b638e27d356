using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>The checkpoint of a subscription, format 1: one JSON object.</summary>
public sealed partial class SubscriptionProgress
{
    private const int StateVersion = 1;

    /// <summary>Writes the state as it is. Costs so much as is pending and dead.</summary>
    public void Save(IBufferWriter<byte> state)
    {
        using var json = new Utf8JsonWriter(state);
        json.WriteStartObject();
        json.WriteNumber("version", StateVersion);
        if (Definition is { } definition)
        {
            json.WriteStartObject("definition");
            SubscriptionJson.WriteMembers(json, definition, withSecret: true);
            json.WriteEndObject();
        }

        json.WriteBoolean("ended", IsEnded);
        json.WriteBoolean("paused", IsPaused);
        json.WriteString("acknowledged", Acknowledged.ToString());
        json.WriteString("position", Position.ToString());
        json.WriteNumber("leased", leased);
        if (StateHash is { } hash)
        {
            json.WriteString("stateHash", hash.ToString());
        }

        WriteNumbers(json, "counts", [Received, AcknowledgedCount, Redelivered, DeadCount, acknowledgedWithin]);
        json.WriteNumber("acknowledgeMilliseconds", acknowledgeMilliseconds);
        WriteRows(json, "flights", flights, static flight => [flight.Cursor.Sequence, flight.Cursor.Offset, flight.Tries]);
        WriteRows(json, "leases", leases, static lease => [lease.To.Sequence, lease.To.Offset, lease.Until, lease.At, lease.Count]);
        WriteRows(json, "dead", dead, static letter => [letter.Cursor.Sequence, letter.Cursor.Offset, letter.Tries, (long)letter.SystemTime.Value]);
        json.WriteEndObject();
    }

    /// <summary>Makes the state that was saved.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SubscriptionProgress Load(ReadOnlySpan<byte> state)
    {
        try
        {
            var reader = new Utf8JsonReader(state);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != StateVersion)
            {
                throw Malformed(null);
            }

            var counts = Numbers(root.GetProperty("counts"));
            var progress = new SubscriptionProgress
            {
                Definition = root.TryGetProperty("definition", out var definition) ? SubscriptionJson.Read(definition) : null,
                IsEnded = root.GetProperty("ended").GetBoolean(),
                IsPaused = root.GetProperty("paused").GetBoolean(),
                Acknowledged = ChannelCursor.Parse(root.GetProperty("acknowledged").GetString()!),
                Position = ChannelCursor.Parse(root.GetProperty("position").GetString()!),
                leased = root.GetProperty("leased").GetInt32(),
                StateHash = root.TryGetProperty("stateHash", out var hash) ? Distinction.Parse(hash.GetString()!) : null,
                Received = counts[0],
                AcknowledgedCount = counts[1],
                Redelivered = counts[2],
                DeadCount = counts[3],
                acknowledgedWithin = counts[4],
                acknowledgeMilliseconds = root.GetProperty("acknowledgeMilliseconds").GetDouble(),
            };
            progress.flights.AddRange(Rows(root, "flights").Select(static row => new Flight(new ChannelCursor(row[0], row[1]), (int)row[2])));
            progress.leases.AddRange(Rows(root, "leases").Select(static row => new Lease(new ChannelCursor(row[0], row[1]), row[2], row[3], (int)row[4])));
            foreach (var row in Rows(root, "dead"))
            {
                progress.dead.Enqueue(new DeadLetter(new ChannelCursor(row[0], row[1]), (int)row[2], new HybridTimestamp((ulong)row[3])));
            }

            return progress;
        }
        catch (Exception failure) when (failure is TemporalException { Kind: ErrorKind.Invalid } or JsonException or KeyNotFoundException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw Malformed(failure);
        }
    }

    private static IEnumerable<long[]> Rows(JsonElement root, string name) => root.GetProperty(name).EnumerateArray().Select(Numbers);

    private static long[] Numbers(JsonElement row) => [.. row.EnumerateArray().Select(static number => number.GetInt64())];

    private static void WriteRows<T>(Utf8JsonWriter json, string name, IEnumerable<T> rows, Func<T, long[]> columns)
    {
        json.WriteStartArray(name);
        foreach (var row in rows)
        {
            WriteNumbers(json, null, columns(row));
        }

        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string? name, long[] numbers)
    {
        if (name is null)
        {
            json.WriteStartArray();
        }
        else
        {
            json.WriteStartArray(name);
        }

        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static TemporalException Malformed(Exception? failure) =>
        new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "The checkpoint of a subscription does not parse.", failure);
}
