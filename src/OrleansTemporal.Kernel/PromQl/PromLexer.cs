using System.Buffers;

namespace OrleansTemporal.PromQl;

/// <summary>Takes a query apart into words.</summary>
internal ref struct PromLexer(string text)
{
    private static readonly string[] LongSigns = ["==", "!=", "=~", "!~", "<=", ">="];
    private static readonly SearchValues<char> Signs = SearchValues.Create("(){}[],=+-*/%^<>@:");

    private int at;

    /// <summary>All words, the end included.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>malformed_query</c>.</exception>
    public static List<PromToken> Read(string text)
    {
        var lexer = new PromLexer(text);
        var tokens = new List<PromToken>();
        do
        {
            tokens.Add(lexer.Next());
        }
        while (tokens[^1].Kind != PromTokenKind.End);

        return tokens;
    }

    private PromToken Next()
    {
        SkipSpace();
        var start = at;
        if (start == text.Length)
        {
            return new(PromTokenKind.End, "", start + 1);
        }

        var first = text[start];
        if (char.IsAsciiLetter(first) || first is '_' or ':' && IsWordAhead())
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or ':'))
            {
                at++;
            }

            return new(PromTokenKind.Word, text[start..at], start + 1);
        }

        if (char.IsAsciiDigit(first) || (first == '.' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
        {
            return Number();
        }

        if (first is '"' or '\'' or '`')
        {
            return new(PromTokenKind.Text, PromStrings.Read(text, ref at), start + 1);
        }

        foreach (var sign in LongSigns)
        {
            if (text.AsSpan(start).StartsWith(sign, StringComparison.Ordinal))
            {
                at += sign.Length;
                return new(PromTokenKind.Sign, sign, start + 1);
            }
        }

        at++;
        return Signs.Contains(first)
            ? new(PromTokenKind.Sign, first.ToString(), start + 1)
            : throw PromErrors.Malformed($"Character {start + 1} of the query can not stand there.");
    }

    // A colon may be in a metric's name; one that nothing follows would be that of a subquery.
    private readonly bool IsWordAhead() => text[at] == '_' || (at + 1 < text.Length && (char.IsAsciiLetter(text[at + 1]) || text[at + 1] is '_' or ':'));

    private PromToken Number()
    {
        var start = at;
        var isHexadecimal = text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        for (; at < text.Length; at++)
        {
            var isExponentSign = text[at] is '+' or '-' && !isHexadecimal && at > start && text[at - 1] is 'e' or 'E';
            if (!char.IsAsciiLetterOrDigit(text[at]) && text[at] is not ('.' or '_') && !isExponentSign)
            {
                break;
            }
        }

        var word = text[start..at];
        return PromLiterals.TryReadDuration(word, out _) ? new(PromTokenKind.Duration, word, start + 1)
            : PromLiterals.TryReadNumber(word, out _) ? new(PromTokenKind.Number, word, start + 1)
            : throw PromErrors.Malformed($"'{word}', character {start + 1} of the query, is neither a number nor a duration.");
    }

    private void SkipSpace()
    {
        while (at < text.Length && (text[at] is ' ' or '\t' or '\n' or '\r' or '#'))
        {
            if (text[at] == '#')
            {
                var end = text.AsSpan(at).IndexOf('\n');
                at = end < 0 ? text.Length : at + end;
            }
            else
            {
                at++;
            }
        }
    }
}
