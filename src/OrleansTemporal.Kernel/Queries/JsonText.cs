using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Queries;

/// <summary>
/// Strings of canonical JSON. Each character has one spelling, so equal strings have equal bytes; their order is that of
/// their code points, which is that of the bytes of UTF-8 once escapes are taken away.
/// </summary>
internal static class JsonText
{
    /// <summary>What stands between the quotation marks.</summary>
    internal static ReadOnlySpan<byte> BodyOf(ReadOnlySpan<byte> text) => text[1..^1];

    /// <summary>The canonical string, quotation marks included, of a text without lone surrogates.</summary>
    internal static byte[] Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' or '\\' => quoted.Append('\\').Append(unit),
                < ' ' => quoted.Append("\\u00").Append(((int)unit).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => quoted.Append(unit),
            };
        }

        return CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(quoted.Append('"').ToString()));
    }

    /// <summary>Compares two strings, quotation marks included, by code points.</summary>
    internal static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var a = BodyOf(left);
        var b = BodyOf(right);
        var common = a.CommonPrefixLength(b);
        if (!a[common..].Contains((byte)'\\') && !b[common..].Contains((byte)'\\') && (common == 0 || a[common - 1] != '\\'))
        {
            return a[common..].SequenceCompareTo(b[common..]);
        }

        using var plainLeft = new PlainText(a);
        using var plainRight = new PlainText(b);
        return plainLeft.Bytes.SequenceCompareTo(plainRight.Bytes);
    }

    /// <summary>Takes the escapes of a string's body away; returns how many bytes were written, never more than were read.</summary>
    internal static int Unescape(ReadOnlySpan<byte> body, Span<byte> plain)
    {
        var written = 0;
        while (true)
        {
            var escape = body.IndexOf((byte)'\\');
            if (escape < 0)
            {
                body.CopyTo(plain[written..]);
                return written + body.Length;
            }

            body[..escape].CopyTo(plain[written..]);
            written += escape;
            var code = body[escape + 1];
            if (code == 'u')
            {
                // Only control characters are written by number, with lower-case digits.
                var low = body[escape + 5];
                plain[written++] = (byte)(((body[escape + 4] - '0') << 4) | ((low & 0xF) + (low > '9' ? 9 : 0)));
                body = body[(escape + 6)..];
                continue;
            }

            plain[written++] = code switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'t' => (byte)'\t',
                (byte)'n' => (byte)'\n',
                (byte)'f' => (byte)'\f',
                (byte)'r' => (byte)'\r',
                _ => code,
            };
            body = body[(escape + 2)..];
        }
    }

    /// <summary>The UTF-8 that a string stands for; it stays where it is when nothing is escaped.</summary>
    internal readonly ref struct PlainText
    {
        private readonly byte[]? rented;

        internal PlainText(ReadOnlySpan<byte> body)
        {
            if (!body.Contains((byte)'\\'))
            {
                Bytes = body;
                return;
            }

            rented = ArrayPool<byte>.Shared.Rent(body.Length);
            Bytes = rented.AsSpan(0, Unescape(body, rented));
        }

        internal ReadOnlySpan<byte> Bytes { get; }

        public void Dispose()
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
