using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace OrleansTemporal.Requests;

/// <summary>Percent-decoding (RFC 3986) that happens exactly once and refuses what is not strict UTF-8.</summary>
internal static class PercentEncoding
{
    private const int StackBytesMax = 512;

    /// <summary>Decodes once; false for a broken escape or bytes that are not UTF-8 (overlong forms and surrogates included).</summary>
    /// <param name="text">ASCII text of a request target.</param>
    /// <param name="plusIsSpace">True for query strings, where forms write a space as <c>+</c>.</param>
    /// <param name="decoded">The characters.</param>
    internal static bool TryDecode(ReadOnlySpan<char> text, bool plusIsSpace, out string decoded)
    {
        decoded = "";
        byte[]? rented = null;
        var bytes = text.Length <= StackBytesMax ? stackalloc byte[StackBytesMax] : (rented = ArrayPool<byte>.Shared.Rent(text.Length));
        try
        {
            if (!TryDecode(text, plusIsSpace, bytes, out var length) || !Utf8.IsValid(bytes[..length]))
            {
                return false;
            }

            decoded = Encoding.UTF8.GetString(bytes[..length]);
            return true;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Escapes everything but the unreserved characters, so that the text is one segment or one query value.</summary>
    internal static string Encode(string text) => Uri.EscapeDataString(text);

    private static bool TryDecode(ReadOnlySpan<char> text, bool plusIsSpace, Span<byte> bytes, out int length)
    {
        length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c > 0x7F)
            {
                return false;
            }

            if (c == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                {
                    return false;
                }

                bytes[length++] = (byte)((ToDigit(text[i + 1]) << 4) | ToDigit(text[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = c == '+' && plusIsSpace ? (byte)' ' : (byte)c;
            }
        }

        return true;
    }

    private static int ToDigit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
