using System.Buffers;
using System.Text;

namespace OrleansTemporal.Queries;

/// <summary>Values between two places of the order of values, for whoever keeps documents in that order.</summary>
/// <param name="From">Bytes that none of the values is below; empty for no bound.</param>
/// <param name="To">Bytes that all of the values are below; empty for no bound.</param>
public readonly record struct ValueRange(ReadOnlyMemory<byte> From, ReadOnlyMemory<byte> To)
{
    /// <summary>All values.</summary>
    public static ValueRange All => default;

    /// <summary>One value.</summary>
    /// <param name="value">Canonical JSON.</param>
    public static ValueRange Equal(ReadOnlySpan<byte> value)
    {
        var at = Encode(value);
        return new ValueRange(at, Behind(at));
    }

    /// <summary>The values of the same type from one on: numbers or strings.</summary>
    public static ValueRange AtLeast(ReadOnlySpan<byte> value) => new(Encode(value), value[0] == '"' ? ValueOrder.EndOfTexts : ValueOrder.EndOfNumbers);

    /// <summary>The values of the same type up to one.</summary>
    public static ValueRange AtMost(ReadOnlySpan<byte> value) => new(value[0] == '"' ? ValueOrder.EndOfNumbers : ValueOrder.BeginOfNumbers, Behind(Encode(value)));

    /// <summary>The strings that begin with a text.</summary>
    /// <param name="text">Not empty.</param>
    public static ValueRange StartsWith(string text)
    {
        // A string ends with two zeros, which do not belong to what it begins with.
        var from = Encode(JsonText.Quote(text))[..^2];
        var to = from.AsSpan().TrimEnd((byte)0xFF).ToArray();
        to[^1]++;
        return new ValueRange(from, to);
    }

    /// <summary>The values of both.</summary>
    public ValueRange And(ValueRange other) => new(
        From.Span.SequenceCompareTo(other.From.Span) >= 0 ? From : other.From,
        To.IsEmpty || (!other.To.IsEmpty && other.To.Span.SequenceCompareTo(To.Span) < 0) ? other.To : To);

    private static byte[] Behind(byte[] at) => [.. at, 0];

    private static byte[] Encode(ReadOnlySpan<byte> value)
    {
        var writer = new ArrayBufferWriter<byte>();
        ValueOrder.Append(value, descending: false, writer);
        return writer.WrittenSpan.ToArray();
    }
}
