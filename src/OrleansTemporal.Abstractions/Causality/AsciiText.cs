using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OrleansTemporal.Causality;

/// <summary>
/// Carries the ids' ASCII texts between bytes and characters, so that each id formats and parses in one place only.
/// </summary>
internal static class AsciiText
{
    /// <summary>Writes a hexadecimal number of fixed width in lower case.</summary>
    internal static void WriteHex(Span<byte> destination, ulong value)
    {
        for (var i = destination.Length - 1; i >= 0; i--)
        {
            destination[i] = "0123456789abcdef"u8[(int)(value & 15)];
            value >>= 4;
        }
    }

    /// <summary>Reads up to 16 lower-case hexadecimal digits. Upper case is refused: an id has one text.</summary>
    internal static bool TryReadHex(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        foreach (var c in text)
        {
            uint digit = (uint)(c - '0');
            if (digit > 9)
            {
                digit = (uint)(c - 'a');
                if (digit > 5)
                {
                    return false;
                }

                digit += 10;
            }

            value = (value << 4) | digit;
        }

        return true;
    }

    /// <summary>Copies ASCII bytes to characters if they fit.</summary>
    internal static bool TryWiden(ReadOnlySpan<byte> text, Span<char> destination, out int charsWritten)
    {
        if (destination.Length < text.Length)
        {
            charsWritten = 0;
            return false;
        }

        Ascii.ToUtf16(text, destination, out charsWritten);
        return true;
    }

    /// <summary>Copies characters to bytes if all are ASCII and they fit.</summary>
    internal static bool TryNarrow([NotNullWhen(true)] string? text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        return text is not null
            && text.Length <= destination.Length
            && Ascii.FromUtf16(text, destination, out bytesWritten) == OperationStatus.Done;
    }
}
