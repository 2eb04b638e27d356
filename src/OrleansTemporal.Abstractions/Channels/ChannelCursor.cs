using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Channels;

/// <summary>
/// How far a subscriber of a channel has come, over any number of agents: every delta that the channel's log names up to a
/// sequence, and so many of those that its next one names. Its text is <c>sequence</c> or <c>sequence+offset</c>, at most
/// <see cref="TextLengthMax"/> characters. The default is the beginning.
/// </summary>
public readonly record struct ChannelCursor : IComparable<ChannelCursor>
{
    /// <summary>Longest text, in characters (all ASCII): far below the 128 bytes that a cursor may have.</summary>
    public const int TextLengthMax = 39;

    /// <summary>Makes a cursor.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: a number is below 0.</exception>
    public ChannelCursor(long sequence, long offset = 0)
    {
        if (sequence < 0 || offset < 0)
        {
            throw Refuse();
        }

        (Sequence, Offset) = (sequence, offset);
    }

    /// <summary>All deltas that the channel's log names up to here were taken in.</summary>
    public long Sequence { get; }

    /// <summary>And so many of those that the next one names.</summary>
    public long Offset { get; }

    /// <summary>Reads the text of a cursor.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static ChannelCursor Parse(string text) => TryParse(text, out var cursor) ? cursor : throw Refuse();

    /// <summary>Reads the text of a cursor; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ChannelCursor cursor)
    {
        cursor = default;
        var plus = text?.IndexOf('+', StringComparison.Ordinal) ?? -1;
        var sequenceText = plus < 0 ? text.AsSpan() : text.AsSpan(0, plus);
        var offset = 0L;
        if (!long.TryParse(sequenceText, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            || (plus >= 0 && !long.TryParse(text.AsSpan(plus + 1), NumberStyles.None, CultureInfo.InvariantCulture, out offset)))
        {
            return false;
        }

        cursor = new ChannelCursor(sequence, offset);
        return cursor.ToString() == text;
    }

    /// <summary>Whether a place is before another one.</summary>
    public static bool operator <(ChannelCursor left, ChannelCursor right) => left.CompareTo(right) < 0;

    /// <summary>Whether a place is behind another one.</summary>
    public static bool operator >(ChannelCursor left, ChannelCursor right) => left.CompareTo(right) > 0;

    /// <summary>Whether a place is not behind another one.</summary>
    public static bool operator <=(ChannelCursor left, ChannelCursor right) => left.CompareTo(right) <= 0;

    /// <summary>Whether a place is not before another one.</summary>
    public static bool operator >=(ChannelCursor left, ChannelCursor right) => left.CompareTo(right) >= 0;

    /// <summary>Compares two places of one channel.</summary>
    public int CompareTo(ChannelCursor other) =>
        Sequence != other.Sequence ? Sequence.CompareTo(other.Sequence) : Offset.CompareTo(other.Offset);

    /// <summary>The text form.</summary>
    public override string ToString() => Offset == 0
        ? Sequence.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Sequence}+{Offset}");

    private static TemporalException Refuse() =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, "A cursor of a channel is written as a sequence, or sequence+offset.") { Field = "cursor" };
}
