using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>One event of a stored batch.</summary>
public readonly ref struct SignalPayloadEvent
{
    /// <summary>Takes the parts.</summary>
    public SignalPayloadEvent(int ordinal, ReadOnlySpan<byte> entity, int type, EventTime? time, double weight, ReadOnlySpan<byte> id)
    {
        Ordinal = ordinal;
        Entity = entity;
        Type = type;
        Time = time;
        Weight = weight;
        Id = id;
    }

    /// <summary>Its place in the batch, from 0.</summary>
    public int Ordinal { get; }

    /// <summary>Id of the entity, in UTF-8.</summary>
    public ReadOnlySpan<byte> Entity { get; }

    /// <summary>Number of the signal type.</summary>
    public int Type { get; }

    /// <summary>When it happened; null for the system time of the delta.</summary>
    public EventTime? Time { get; }

    /// <summary>Finite, not negative.</summary>
    public double Weight { get; }

    /// <summary>The caller's id of the event, in UTF-8; empty for none.</summary>
    public ReadOnlySpan<byte> Id { get; }
}
