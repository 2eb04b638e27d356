using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <summary>A batch as far as it can be made outside the gate: validated, encoded, its ids hashed, committed to.</summary>
internal sealed class SignalPreparedWrite
{
    private const int SaltBytes = 16;
    private static readonly long AheadNanosecondsMax = TimeSpan.FromHours(Limits.SignalHoursAheadMax).Ticks * 100;

    private SignalPreparedWrite(SignalWrite write, PreparedDelta delta, UInt128[] ids, int timedCount)
    {
        Write = write;
        Delta = delta;
        Ids = ids;
        TimedCount = timedCount;
    }

    public SignalWrite Write { get; }

    public PreparedDelta Delta { get; }

    /// <summary>What stands for each event that has an id, zero for the others; empty when none has.</summary>
    public UInt128[] Ids { get; }

    /// <summary>How many events name their time, and may have to wait for it.</summary>
    public int TimedCount { get; }

    /// <summary>Bytes that say which events are repeats, when one is.</summary>
    public int FacetBytes => (Write.Events.Length + 7) / 8;

    /// <summary>Validates and encodes. Cost: about 100 ns an event and a hash over all of them; one more for each id.</summary>
    /// <param name="write">The batch.</param>
    /// <param name="schema">What names mean.</param>
    /// <param name="now">The present moment.</param>
    /// <param name="salts">Where the salt comes from.</param>
    /// <exception cref="TemporalException">Invalid: <c>signal_not_found</c>, <c>invalid_key</c>, <c>invalid_field</c>, <c>event_in_future</c>.</exception>
    public static SignalPreparedWrite Prepare(SignalWrite write, SignalSchema schema, EventTime now, ISaltSource salts)
    {
        var events = write.Events;
        RequireCount(events.Length);
        Span<byte> salt = stackalloc byte[SaltBytes];
        salts.Fill(salt);
        var payload = PayloadBuffer.Rent(salt, 16 + (events.Length * 48));
        var writer = new SignalPayloadWriter(payload, events.Length);
        var (type, typeName) = (-1, "");
        var (timedCount, hasIds) = (0, false);
        for (var i = 0; i < events.Length; i++)
        {
            var one = events[i];
            Validate(one, i, now);
            if (!string.Equals(one.Signal, typeName, StringComparison.Ordinal))
            {
                (type, typeName) = (SignalNumbers.TypeOf(schema, one.Signal, $"events[{i}].signal"), one.Signal);
            }

            writer.Write(one.Entity, type, one.Time, one.Weight, one.Id);
            timedCount += one.Time is null ? 0 : 1;
            hasIds |= one.Id is not null;
        }

        var ids = hasIds ? HashIds(payload.Written.Span) : [];
        var context = new DeltaContext { Operation = write.Operation, Group = write.Group, Actor = write.Actor };
        var draft = new DeltaDraft(SignalKinds.Heat, SignalPayloadFormat.SchemaVersion, payload, context);
        return new SignalPreparedWrite(write, new PreparedDelta(draft, write.Operation is null ? default : salt.ToArray()), ids, timedCount);
    }

    /// <summary>Gives the payload's memory back, once the delta is staged.</summary>
    public void Recycle() => Delta.Draft.Recycle();

    /// <summary>Refuses a batch that is empty or too large.</summary>
    public static void RequireCount(int count)
    {
        if (count is < 1 or > Limits.BatchCountMax)
        {
            throw new TemporalException(
                count < 1 ? ErrorKind.Invalid : ErrorKind.TooLarge,
                count < 1 ? ErrorCodes.InvalidField : ErrorCodes.BatchTooLarge,
                $"A batch has 1 to {Limits.BatchCountMax} events, not {count}.")
            {
                Field = "events",
                Limit = Limits.BatchCountMax,
            };
        }
    }

    /// <summary>Refuses an event that can never count.</summary>
    public static void Validate(SignalEvent one, int index, EventTime now)
    {
        if (!EntityKeys.IsValid(one.Entity))
        {
            EntityKeys.Validate(one.Entity, $"events[{index}].entity");
        }

        if (!(one.Weight >= 0) || double.IsInfinity(one.Weight))
        {
            throw Refuse(index, "weight", "is a finite number, not negative; what speaks against an entity is a signal of its own");
        }

        if (one.Id is { } id && (!EntityKeys.IsValid(id) || Encoding.UTF8.GetByteCount(id) > Limits.SignalEventIdBytesMax))
        {
            throw Refuse(index, "id", $"has 1 to {Limits.SignalEventIdBytesMax} bytes of UTF-8");
        }

        if (one.Time is { } time && time.Nanoseconds - AheadNanosecondsMax > now.Nanoseconds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.EventInFuture, $"'{time}' is more than {Limits.SignalHoursAheadMax} hours ahead.")
            {
                Field = $"events[{index}].time",
                Limit = Limits.SignalHoursAheadMax,
            };
        }
    }

    private static UInt128[] HashIds(ReadOnlySpan<byte> payload)
    {
        var reader = new SignalPayloadReader(payload);
        var ids = new UInt128[reader.Count];
        foreach (var one in reader)
        {
            ids[one.Ordinal] = one.Id.IsEmpty ? UInt128.Zero : SignalEventIds.HashOf(one.Type, one.Entity, one.Id);
        }

        return ids;
    }

    private static TemporalException Refuse(int index, string field, string rule) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'events[{index}].{field}' {rule}.") { Field = $"events[{index}].{field}" };
}
