using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>Reads the payload of a delta with events, by <c>foreach</c>. Spans are of the payload.</summary>
public ref struct SignalPayloadReader
{
    private ReadOnlySpan<byte> rest;
    private ReadOnlySpan<byte> entity;
    private int next;

    /// <summary>Begins to read.</summary>
    /// <exception cref="FormatException">When it is no payload.</exception>
    public SignalPayloadReader(ReadOnlySpan<byte> payload)
    {
        rest = payload;
        Count = (int)SignalEntry.ReadCount(ref rest, Limits.BatchCountMax);
    }

    /// <summary>How many events there are.</summary>
    public int Count { get; }

    /// <summary>The event that <see cref="MoveNext"/> has read.</summary>
    public SignalPayloadEvent Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly SignalPayloadReader GetEnumerator() => this;

    /// <summary>Reads the next event; false behind the last.</summary>
    /// <exception cref="FormatException">When the bytes are no event, or more of them follow the last.</exception>
    public bool MoveNext()
    {
        if (next == Count)
        {
            return rest.IsEmpty ? false : throw new FormatException("There is more behind the last event.");
        }

        var flags = SignalEntry.ReadByte(ref rest);
        var type = SignalEntry.ReadByte(ref rest);
        if ((flags & ~SignalPayloadFormat.KnownFlags) != 0 || type >= Limits.SignalTypesMax || (next == 0 && (flags & SignalPayloadFormat.SameEntity) != 0))
        {
            throw new FormatException("An event begins with bytes that have no meaning.");
        }

        if ((flags & SignalPayloadFormat.SameEntity) == 0)
        {
            entity = ReadText(Limits.KeyBytesMax);
        }

        EventTime? time = (flags & SignalPayloadFormat.HasTime) != 0 ? new EventTime(SignalEntry.ReadTime(ref rest)) : null;
        var weight = (flags & SignalPayloadFormat.HasWeight) != 0 ? SignalEntry.ReadNumber(ref rest) : 1;
        var id = (flags & SignalPayloadFormat.HasId) != 0 ? ReadText(Limits.SignalEventIdBytesMax) : default;
        Current = new SignalPayloadEvent(next++, entity, type, time, weight, id);
        return true;
    }

    private ReadOnlySpan<byte> ReadText(int lengthMax)
    {
        var text = SignalEntry.ReadText(ref rest, lengthMax);
        return text.IsEmpty ? throw new FormatException("An id is empty.") : text;
    }
}
