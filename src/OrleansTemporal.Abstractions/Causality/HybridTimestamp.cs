using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// A moment of system time: 48 bits of milliseconds since the Unix epoch (UTC) and 16 bits of counter, in one number that
/// orders as time does. After Kulkarni et al., "Logical Physical Clocks" (2014). Its text is RFC 3339 in UTC with nine
/// fraction digits, three of milliseconds and six of counter, so it can be handed back and means the same moment.
/// </summary>
/// <param name="Value">Milliseconds in the high 48 bits, counter in the low 16.</param>
public readonly partial record struct HybridTimestamp(ulong Value) : ISpanFormattable, IUtf8SpanFormattable, IComparable<HybridTimestamp>
{
    /// <summary>Bits of the counter.</summary>
    public const int CounterBits = 16;

    /// <summary>Highest milliseconds that fit: in the year 10889.</summary>
    public const long MillisecondsMax = (1L << 48) - 1;

    /// <summary>The Unix epoch, before every delta.</summary>
    public static HybridTimestamp Zero => default;

    /// <summary>After every delta.</summary>
    public static HybridTimestamp MaxValue => new(ulong.MaxValue);

    /// <summary>Whole milliseconds since the Unix epoch.</summary>
    public long Milliseconds => (long)(Value >> CounterBits);

    /// <summary>Which of the moments of that millisecond.</summary>
    public ushort Counter => (ushort)Value;

    /// <summary>The first moment of a millisecond.</summary>
    /// <param name="milliseconds">Since the Unix epoch, from 0 to <see cref="MillisecondsMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of that.</exception>
    public static HybridTimestamp FromMilliseconds(long milliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, MillisecondsMax);
        return new((ulong)milliseconds << CounterBits);
    }

    /// <summary>
    /// The last moment that an instant covers. Nanoseconds within the millisecond become the counter, at most 65535;
    /// instants before the Unix epoch become <see cref="Zero"/>.
    /// </summary>
    public static HybridTimestamp FromDateTimeOffset(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks - DateTime.UnixEpoch.Ticks;
        if (ticks < 0)
        {
            return Zero;
        }

        var (milliseconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerMillisecond);
        var counter = Math.Min((ulong)rest * 100, ushort.MaxValue);
        return new(((ulong)milliseconds << CounterBits) | counter);
    }

    /// <summary>The instant, to 100 ns: the counter counts as nanoseconds. Saturates at <see cref="DateTimeOffset.MaxValue"/>.</summary>
    public DateTimeOffset ToDateTimeOffset()
    {
        var milliseconds = Milliseconds;
        return milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.MaxValue
            : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).AddTicks(Counter / 100);
    }

    /// <inheritdoc/>
    public int CompareTo(HybridTimestamp other) => Value.CompareTo(other.Value);

    /// <summary>The later of two.</summary>
    public static HybridTimestamp Max(HybridTimestamp left, HybridTimestamp right) => left.Value >= right.Value ? left : right;

    /// <summary>The earlier of two.</summary>
    public static HybridTimestamp Min(HybridTimestamp left, HybridTimestamp right) => left.Value <= right.Value ? left : right;

    /// <summary>Whether one is before the other.</summary>
    public static bool operator <(HybridTimestamp left, HybridTimestamp right) => left.Value < right.Value;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >(HybridTimestamp left, HybridTimestamp right) => left.Value > right.Value;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(HybridTimestamp left, HybridTimestamp right) => left.Value <= right.Value;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >=(HybridTimestamp left, HybridTimestamp right) => left.Value >= right.Value;

    private static TemporalException Refuse() => new(
        ErrorKind.Invalid, "invalid_instant", "An instant is written in RFC 3339, as in 2026-01-02T03:04:05.123Z.");
}
