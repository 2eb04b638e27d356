using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>
/// What an expiry is, for all who count with it. The end of a value is fixed by the write that gave it: its tombstone has
/// the write's id with the highest bit of the ordinal set, and so is the same whether clean-up has come by or not.
/// </summary>
public static class KvExpiry
{
    /// <summary>The bit. Ordinals of operations stay far below it.</summary>
    public const ushort TombstoneBit = 0x8000;

    /// <summary>Id of the tombstone that stands where the value of a write ended.</summary>
    public static WriteId TombstoneOf(WriteId value) => new(value.AgentDigest, value.Sequence, (ushort)(value.Ordinal | TombstoneBit));

    /// <summary>True when an id names the tombstone of an expiry.</summary>
    public static bool IsTombstone(WriteId id) => (id.Ordinal & TombstoneBit) != 0;

    /// <summary>The write whose value ended; any other id as it is.</summary>
    public static WriteId ValueOf(WriteId id) => new(id.AgentDigest, id.Sequence, (ushort)(id.Ordinal & ~TombstoneBit));

    /// <summary>When a value ends that is written at a time; null for never.</summary>
    public static HybridTimestamp? EndOf(HybridTimestamp written, TimeSpan? timeToLive) =>
        timeToLive is { } time && time != Timeout.InfiniteTimeSpan ? After(written, time) : null;

    /// <summary>The instant so much later, at most the last that there is.</summary>
    public static HybridTimestamp After(HybridTimestamp instant, TimeSpan time)
    {
        var milliseconds = instant.Milliseconds + (time.Ticks / TimeSpan.TicksPerMillisecond);
        return milliseconds > HybridTimestamp.MillisecondsMax
            ? HybridTimestamp.MaxValue
            : new HybridTimestamp(HybridTimestamp.FromMilliseconds(milliseconds).Value | instant.Counter);
    }

    /// <summary>Refuses a time to live that can not be.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static TimeSpan? Validate(TimeSpan? timeToLive, string field) =>
        timeToLive is not { } time
        || time == Timeout.InfiniteTimeSpan
        || (time >= TimeSpan.FromMilliseconds(1) && time.Ticks % TimeSpan.TicksPerMillisecond == 0 && time <= TimeSpan.FromDays(Limits.TimeToLiveDaysMax))
            ? timeToLive
            : throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' is whole milliseconds, from 1 to {Limits.TimeToLiveDaysMax} days.")
            {
                Field = field,
                Limit = Limits.TimeToLiveDaysMax,
            };
}
