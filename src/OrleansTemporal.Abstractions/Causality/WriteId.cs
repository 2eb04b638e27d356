using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// Names one write: the agent's <see cref="AgentId.Digest"/>, the delta's sequence and the write's place in that delta.
/// Unique because an agent's log has one owner at a time, not because clocks differ.
/// Its text is 28 lower-case hexadecimal digits: digest 8, sequence 16, ordinal 4. The default value means "none".
/// </summary>
[StructLayout(LayoutKind.Auto)] // 16 bytes instead of 24; a page of history holds two of them for each version.
public readonly record struct WriteId : ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>Length of the text, in characters.</summary>
    public const int TextLength = 28;

    /// <summary>Names a write.</summary>
    /// <param name="agentDigest">The digest of the agent's id.</param>
    /// <param name="sequence">The delta's sequence, from 1 (0 only in the value for "none").</param>
    /// <param name="ordinal">The write's place in the delta, from 0.</param>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_write_id</c>: negative sequence.</exception>
    public WriteId(uint agentDigest, long sequence, ushort ordinal)
    {
        if (sequence < 0)
        {
            throw Refuse();
        }

        AgentDigest = agentDigest;
        Sequence = sequence;
        Ordinal = ordinal;
    }

    /// <summary>No write.</summary>
    public static WriteId None => default;

    /// <summary>The digest of the agent's id.</summary>
    public uint AgentDigest { get; }

    /// <summary>The delta's sequence in the agent's log, from 1.</summary>
    public long Sequence { get; }

    /// <summary>The write's place in its delta, from 0.</summary>
    public ushort Ordinal { get; }

    /// <summary>Whether this names no write.</summary>
    public bool IsNone => Sequence == 0;

    /// <summary>Reads the text form.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_write_id</c>.</exception>
    public static WriteId Parse(string text) => TryParse(text, out var value) ? value : throw Refuse();

    /// <summary>Reads the text form; false when it isn't one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WriteId value)
    {
        Span<byte> utf8 = stackalloc byte[TextLength];
        value = default;
        return AsciiText.TryNarrow(text, utf8, out var length) && TryParse(utf8[..length], out value);
    }

    /// <summary>Reads the text form from ASCII bytes; false when it isn't one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out WriteId value)
    {
        value = default;
        if (utf8.Length != TextLength
            || !AsciiText.TryReadHex(utf8[..8], out var digest)
            || !AsciiText.TryReadHex(utf8[8..24], out var sequence)
            || !AsciiText.TryReadHex(utf8[24..], out var ordinal)
            || sequence > long.MaxValue)
        {
            return false;
        }

        value = new WriteId((uint)digest, (long)sequence, (ushort)ordinal);
        return true;
    }

    /// <summary>Writes the text as ASCII bytes; false when its 28 bytes don't fit.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (utf8Destination.Length < TextLength)
        {
            return false;
        }

        AsciiText.WriteHex(utf8Destination[..8], AgentDigest);
        AsciiText.WriteHex(utf8Destination[8..24], (ulong)Sequence);
        AsciiText.WriteHex(utf8Destination[24..TextLength], Ordinal);
        bytesWritten = TextLength;
        return true;
    }

    /// <summary>Writes the text; false when its 28 characters don't fit.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        Span<byte> utf8 = stackalloc byte[TextLength];
        TryFormat(utf8, out _);
        return AsciiText.TryWiden(utf8, destination, out charsWritten);
    }

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(TextLength, this, static (span, value) => value.TryFormat(span, out _));

    /// <inheritdoc/>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    /// <inheritdoc/>
    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(utf8Destination, out bytesWritten);

    private static TemporalException Refuse() => new(
        ErrorKind.Invalid, "invalid_write_id", "A write id is 28 lower-case hexadecimal digits: agent digest 8, sequence 16, ordinal 4.");
}
