using System.Buffers;

namespace OrleansTemporal.Queries;

/// <summary>Finds where values of canonical JSON end: no white space, every token complete. Searches with vectors.</summary>
internal static class CanonicalScan
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"[]{}"u8);

    /// <summary>The index behind the value that begins at <paramref name="at"/>.</summary>
    internal static int EndOfValue(ReadOnlySpan<byte> json, int at) => json[at] switch
    {
        (byte)'"' => EndOfString(json, at),
        (byte)'{' or (byte)'[' => EndOfContainer(json, at),
        _ => EndOfWord(json, at),
    };

    /// <summary>The index behind the string whose first quotation mark is at <paramref name="at"/>.</summary>
    internal static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        at++;
        while (true)
        {
            var found = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
            {
                return json.Length;
            }

            at += found;
            if (json[at] == '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }

    private static int EndOfContainer(ReadOnlySpan<byte> json, int at)
    {
        var depth = 0;
        while (true)
        {
            var found = json[at..].IndexOfAny(Structure);
            if (found < 0)
            {
                return json.Length;
            }

            at += found;
            switch (json[at])
            {
                case (byte)'"':
                    at = EndOfString(json, at);
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            at++;
            if (depth == 0)
            {
                return at;
            }
        }
    }

    // Numbers and literals are a few bytes; setting up a vector search costs more.
    private static int EndOfWord(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is not ((byte)',' or (byte)'}' or (byte)']'))
        {
            at++;
        }

        return at;
    }
}
