using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>Writes the payload of a delta with events (docs/formats/signals.md), one event after the other.</summary>
public ref struct SignalPayloadWriter
{
    private readonly IBufferWriter<byte> buffer;
    private string? entityBefore;

    /// <summary>Starts a payload.</summary>
    /// <param name="buffer">An empty buffer.</param>
    /// <param name="count">How many events are written.</param>
    public SignalPayloadWriter(IBufferWriter<byte> buffer, int count)
    {
        this.buffer = buffer;
        SignalEntry.WriteCount(buffer, count);
    }

    /// <summary>Writes one event.</summary>
    /// <param name="entity">Id of the entity.</param>
    /// <param name="type">Number of the signal type.</param>
    /// <param name="time">When it happened; null for the system time of the delta.</param>
    /// <param name="weight">Finite, not negative; 1 takes no room.</param>
    /// <param name="id">The caller's id of the event, or null.</param>
    public void Write(string entity, int type, EventTime? time, double weight, string? id)
    {
        var isSame = string.Equals(entity, entityBefore, StringComparison.Ordinal);
        var flags = (isSame ? SignalPayloadFormat.SameEntity : 0)
            | (time is null ? 0 : SignalPayloadFormat.HasTime)
            | (BitConverter.DoubleToInt64Bits(weight) == BitConverter.DoubleToInt64Bits(1) ? 0 : SignalPayloadFormat.HasWeight)
            | (id is null ? 0 : SignalPayloadFormat.HasId);
        buffer.Write([(byte)flags, (byte)type]);
        if (!isSame)
        {
            WriteText(entity);
            entityBefore = entity;
        }

        if (time is { } instant)
        {
            SignalEntry.WriteTime(buffer, instant.Nanoseconds);
        }

        if ((flags & SignalPayloadFormat.HasWeight) != 0)
        {
            SignalEntry.WriteNumber(buffer, weight);
        }

        if (id is not null)
        {
            WriteText(id);
        }
    }

    private readonly void WriteText(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        SignalEntry.WriteCount(buffer, length);
        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(length)));
    }
}
