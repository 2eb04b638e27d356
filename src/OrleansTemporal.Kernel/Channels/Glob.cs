using OrleansTemporal.Errors;

namespace OrleansTemporal.Channels;

/// <summary>
/// A pattern in which <c>*</c> stands for any run of characters, none included, and <c>?</c> for one; everything else stands
/// for itself. There is no escape, since sources have neither. Compiled once; immutable and thread-safe.
/// </summary>
/// <remarks>
/// The pieces between the stars are looked for from left to right, each at its first place behind the one before: taking the
/// first is never worse than taking a later one, so nothing is tried twice. The last piece stands at the end. Cost: what
/// finding the pieces costs, at most the length of the text for each character of the pattern; no allocation.
/// </remarks>
public sealed class Glob
{
    private readonly string[] pieces;
    private readonly int lengthMin;

    private Glob(string pattern)
    {
        Pattern = pattern;
        pieces = pattern.Split('*');
        lengthMin = pieces.Sum(static piece => piece.Length);
    }

    /// <summary>The pattern as it was written.</summary>
    public string Pattern { get; }

    /// <summary>Whether it matches one text only: itself.</summary>
    public bool IsLiteral => pieces.Length == 1 && !Pattern.Contains('?', StringComparison.Ordinal);

    /// <summary>Compiles a pattern.</summary>
    /// <param name="pattern">1 to <see cref="Limits.SourcePatternLengthMax"/> printable ASCII characters.</param>
    /// <param name="field">Which field of the request it came from.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_pattern</c>.</exception>
    public static Glob Parse(string? pattern, string field)
    {
        if (pattern is not { Length: >= 1 and <= Limits.SourcePatternLengthMax } || pattern.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new TemporalException(
                ErrorKind.Invalid,
                ErrorCodes.InvalidPattern,
                $"'{field}' is a glob over kind/name, as in timelines/* or kv/order?: 1 to {Limits.SourcePatternLengthMax} printable ASCII characters without spaces.")
            {
                Field = field,
                Limit = Limits.SourcePatternLengthMax,
            };
        }

        return new Glob(pattern);
    }

    /// <summary>Whether a text is one that the pattern stands for, all of it.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (text.Length < lengthMin || !StartsWith(text, pieces[0]))
        {
            return false;
        }

        if (pieces.Length == 1)
        {
            return text.Length == lengthMin;
        }

        var last = pieces[^1];
        if (!StartsWith(text[^last.Length..], last))
        {
            return false;
        }

        var rest = text[pieces[0].Length..^last.Length];
        foreach (var piece in pieces.AsSpan(1, pieces.Length - 2))
        {
            var at = IndexOf(rest, piece);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + piece.Length)..];
        }

        return true;
    }

    private static int IndexOf(ReadOnlySpan<char> text, string piece)
    {
        if (!piece.Contains('?', StringComparison.Ordinal))
        {
            return text.IndexOf(piece, StringComparison.Ordinal);
        }

        for (var at = 0; at <= text.Length - piece.Length; at++)
        {
            if (StartsWith(text[at..], piece))
            {
                return at;
            }
        }

        return -1;
    }

    private static bool StartsWith(ReadOnlySpan<char> text, string piece)
    {
        if (text.Length < piece.Length)
        {
            return false;
        }

        for (var i = 0; i < piece.Length; i++)
        {
            if (piece[i] != text[i] && piece[i] != '?')
            {
                return false;
            }
        }

        return true;
    }
}
