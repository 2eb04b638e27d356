using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Payloads of a subscription's deltas, schema version 1, each one JSON object: the definition; of a delivery <c>to</c>,
/// <c>until</c>, <c>oldest</c> and <c>deltas</c>, rows of a sequence of the channel and offsets within it; of an acknowledgement and of what
/// came back the <c>cursor</c>, of the former also <c>stateHash</c>.
/// </summary>
public static class SubscriptionPayload
{
    /// <summary>The version.</summary>
    public const ushort SchemaVersion = 1;

    /// <summary>Begins a subscription.</summary>
    public static DeltaKind Subscribe { get; } = DeltaKind.Parse("subscription.subscribe");

    /// <summary>Ends it.</summary>
    public static DeltaKind Unsubscribe { get; } = DeltaKind.Parse("subscription.unsubscribe");

    /// <summary>Hands out deltas.</summary>
    public static DeltaKind Deliver { get; } = DeltaKind.Parse("subscription.deliver");

    /// <summary>Acknowledges some.</summary>
    public static DeltaKind Acknowledge { get; } = DeltaKind.Parse("subscription.acknowledge");

    /// <summary>Takes back what is not acknowledged.</summary>
    public static DeltaKind Return { get; } = DeltaKind.Parse("subscription.return");

    /// <summary>Hands out nothing more.</summary>
    public static DeltaKind Pause { get; } = DeltaKind.Parse("subscription.pause");

    /// <summary>Goes on.</summary>
    public static DeltaKind Resume { get; } = DeltaKind.Parse("subscription.resume");

    /// <summary>As much as may wait for an acknowledgement does. Changes nothing.</summary>
    public static DeltaKind Backpressure { get; } = DeltaKind.Parse("subscription.backpressure");

    /// <summary>Writes a delivery.</summary>
    /// <param name="payload">Where to.</param>
    /// <param name="to">Up to where the channel was looked through.</param>
    /// <param name="until">When the lease ends, in milliseconds since 1970.</param>
    /// <param name="cursors">The place behind each delta.</param>
    /// <param name="oldest">System time of the oldest of them; zero when it is not known.</param>
    public static void WriteDelivery(IBufferWriter<byte> payload, ChannelCursor to, long until, ImmutableArray<ChannelCursor> cursors, HybridTimestamp oldest = default)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("to", to.ToString());
        json.WriteNumber("until", until);
        if (oldest != HybridTimestamp.Zero)
        {
            json.WriteNumber("oldest", oldest.Value);
        }

        json.WriteStartArray("deltas");
        for (var i = 0; i < cursors.Length;)
        {
            var sequence = cursors[i].Sequence;
            json.WriteStartArray();
            json.WriteNumberValue(sequence);
            for (; i < cursors.Length && cursors[i].Sequence == sequence; i++)
            {
                json.WriteNumberValue(cursors[i].Offset);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes a place, and the hash of the state that a subscriber has come to by it, when it says one.</summary>
    public static void WriteCursor(IBufferWriter<byte> payload, ChannelCursor cursor, Distinction? stateHash = null)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("cursor", cursor.ToString());
        if (stateHash is { } hash)
        {
            json.WriteString("stateHash", hash.ToString());
        }

        json.WriteEndObject();
    }

    /// <summary>Writes how much waits.</summary>
    public static void WritePending(IBufferWriter<byte> payload, int pending)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteNumber("pending", pending);
        json.WriteEndObject();
    }

    /// <summary>Folds a delta.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static void Fold(SubscriptionProgress progress, DeltaKind kind, ReadOnlyMemory<byte> payload, HybridTimestamp time)
    {
        ArgumentNullException.ThrowIfNull(progress);
        try
        {
            using var json = JsonDocument.Parse(payload);
            Fold(progress, kind, json.RootElement, time);
        }
        catch (Exception failure) when (failure is TemporalException { Kind: ErrorKind.Invalid } or JsonException or KeyNotFoundException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "A subscription's delta does not parse.", failure);
        }
    }

    private static void Fold(SubscriptionProgress progress, DeltaKind kind, JsonElement json, HybridTimestamp time)
    {
        if (kind == Deliver)
        {
            progress.Deliver(CursorOf(json, "to"), json.GetProperty("until").GetInt64(), CursorsOf(json.GetProperty("deltas")), time);
        }
        else if (kind == Acknowledge)
        {
            progress.Acknowledge(CursorOf(json, "cursor"), time, json.TryGetProperty("stateHash", out var hash) ? Distinction.Parse(hash.GetString()!) : null);
        }
        else if (kind == Return)
        {
            // One that gives nothing back is written for the key of its request alone.
            var cursor = CursorOf(json, "cursor");
            if (cursor > progress.Acknowledged && progress.Pending > 0)
            {
                progress.Return(cursor, time);
            }
        }
        else if (kind == Subscribe)
        {
            progress.Begin(SubscriptionJson.Read(json));
        }
        else if (kind == Unsubscribe)
        {
            progress.End();
        }
        else
        {
            progress.IsPaused = kind == Pause || (kind != Resume && progress.IsPaused);
        }
    }

    private static ChannelCursor CursorOf(JsonElement json, string name) => ChannelCursor.Parse(json.GetProperty(name).GetString()!);

    private static ImmutableArray<ChannelCursor> CursorsOf(JsonElement rows)
    {
        var cursors = ImmutableArray.CreateBuilder<ChannelCursor>();
        foreach (var row in rows.EnumerateArray())
        {
            var sequence = row[0].GetInt64();
            for (var i = 1; i < row.GetArrayLength(); i++)
            {
                cursors.Add(new ChannelCursor(sequence, row[i].GetInt64()));
            }
        }

        return cursors.ToImmutable();
    }
}
