using System.Globalization;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// When something was true in the world, as the caller says: nanoseconds since the Unix epoch, from 1677 to 2262. Its text
/// is RFC 3339 in UTC with no, three, six or nine fraction digits, as many as are needed.
/// </summary>
/// <param name="Nanoseconds">Since 1970-01-01T00:00:00Z; negative before it.</param>
public readonly record struct EventTime(long Nanoseconds) : IComparable<EventTime>
{
    private const long NanosecondsPerTick = 100;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long MillisecondsMax = long.MaxValue / NanosecondsPerMillisecond;

    // Ticks of a DateTime that fit into nanoseconds.
    private const long TicksMax = long.MaxValue / NanosecondsPerTick;

    /// <summary>Before every event.</summary>
    public static EventTime MinValue => new(long.MinValue);

    /// <summary>After every event.</summary>
    public static EventTime MaxValue => new(long.MaxValue);

    /// <summary>What a system time is as an event time: its counter counts nanoseconds, as in its text. Saturates in the year 2262.</summary>
    public static EventTime Of(HybridTimestamp time) => time.Milliseconds >= MillisecondsMax
        ? MaxValue
        : new((time.Milliseconds * NanosecondsPerMillisecond) + time.Counter);

    /// <summary>The instant; exact, since it counts hundreds of nanoseconds.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_instant</c>: outside of the years 1677 to 2262.</exception>
    public static EventTime FromDateTimeOffset(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks - DateTime.UnixEpoch.Ticks;
        return Math.Abs(ticks) <= TicksMax ? new(ticks * NanosecondsPerTick) : throw Refuse(instant.ToString("O", CultureInfo.InvariantCulture));
    }

    /// <summary>A count of a unit since the epoch.</summary>
    /// <param name="count">How many.</param>
    /// <param name="unit">Nanoseconds in one.</param>
    /// <param name="time">The instant.</param>
    /// <returns>False when that is outside of the range.</returns>
    public static bool TryFrom(long count, long unit, out EventTime time)
    {
        var nanoseconds = (Int128)count * unit;
        time = new EventTime((long)nanoseconds);
        return nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue;
    }

    /// <summary>Reads an instant in RFC 3339, with <c>Z</c> or an offset and up to nine fraction digits.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_instant</c>.</exception>
    public static EventTime Parse(string text) => TryParse(text, out var time) ? time : throw Refuse(text);

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(ReadOnlySpan<char> text, out EventTime time)
    {
        time = default;
        if (text.Length < 20 || text[4] != '-' || (text[10] | 0x20) != 't' || text.Length > 64)
        {
            return false;
        }

        // Everything but the fraction, which has more digits than the platform reads.
        var rest = text[19..];
        var nanoseconds = 0L;
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9 || !long.TryParse(rest.Slice(1, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var fraction))
            {
                return false;
            }

            nanoseconds = fraction * (long)Math.Pow(10, 9 - digits);
            rest = rest[(1 + digits)..];
        }

        Span<char> whole = stackalloc char[64];
        text[..19].CopyTo(whole);
        whole[10] = 'T';
        rest.CopyTo(whole[19..]);
        if (rest is "z")
        {
            whole[19] = 'Z';
        }

        if (!DateTimeOffset.TryParseExact(
            whole[..(19 + rest.Length)], "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            || (rest is not ("Z" or "z") && rest.Length != 6))
        {
            return false;
        }

        var seconds = (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
        var total = ((Int128)seconds * NanosecondsPerSecond) + nanoseconds;
        time = new EventTime((long)total);
        return total >= long.MinValue && total <= long.MaxValue;
    }

    /// <inheritdoc/>
    public int CompareTo(EventTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var seconds = Math.DivRem(Nanoseconds, NanosecondsPerSecond, out var rest);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + NanosecondsPerSecond);
        }

        var head = DateTime.UnixEpoch.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return rest == 0 ? head + "Z"
            : rest % 1_000_000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{head}.{rest / 1_000_000:D3}Z")
            : rest % 1_000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{head}.{rest / 1_000:D6}Z")
            : string.Create(CultureInfo.InvariantCulture, $"{head}.{rest:D9}Z");
    }

    /// <summary>Whether one is before the other.</summary>
    public static bool operator <(EventTime left, EventTime right) => left.Nanoseconds < right.Nanoseconds;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >(EventTime left, EventTime right) => left.Nanoseconds > right.Nanoseconds;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(EventTime left, EventTime right) => left.Nanoseconds <= right.Nanoseconds;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >=(EventTime left, EventTime right) => left.Nanoseconds >= right.Nanoseconds;

    private static TemporalException Refuse(string text) => new(
        ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{text}' is no event time: RFC 3339 between 1677 and 2262 is, as in 2026-01-02T03:04:05.123456789Z.")
    {
        Field = "time",
    };
}
