using System.Globalization;
using System.Text.RegularExpressions;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

/// <summary>
/// Patterns that anybody may send: .NET's syntax without what needs going back (lookarounds, backreferences, atomic
/// groups), and no larger, with repetitions written out, than <see cref="Limits.PatternSizeMax"/>.
/// </summary>
internal static class TextPatterns
{
    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>; TooLarge, <c>query_too_large</c>.</exception>
    internal static Regex Compile(string pattern, string field)
    {
        Require(pattern.Length, Limits.PatternLengthMax, "characters", field);
        Require(SizeOf(pattern), Limits.PatternSizeMax, "places once its repetitions are written out", field);
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' is no pattern that is accepted here: {fault.Message}", fault)
            {
                Field = field,
            };
        }
    }

    /// <summary>
    /// Characters and classes of a pattern with every counted repetition written out, or a little more: {1000} nested
    /// three times would be a billion, and the engine would try to build them. Saturates.
    /// </summary>
    internal static long SizeOf(string pattern)
    {
        var open = new Stack<(long Size, long Last)>();
        var (size, last) = (0L, 0L);
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '(':
                    open.Push((size, last));
                    (size, last) = (0, 0);
                    continue;
                case ')' when open.Count > 0:
                    var inside = Math.Max(1, size);
                    (size, _) = open.Pop();
                    last = inside;
                    break;
                case '{' when TryReadCount(pattern, i, out var count, out var end):
                    i = end;
                    size -= last;
                    last = Math.Min(last * Math.Max(1, count), 1L << 30);
                    break;
                case '[':
                    i = EndOfClass(pattern, i);
                    last = 1;
                    break;
                case '\\':
                    i++;
                    last = 1;
                    break;
                default:
                    last = 1;
                    break;
            }

            size = Math.Min(size + last, 1L << 31);
        }

        // What is never closed is refused by the engine anyway.
        return size + open.Sum(static group => group.Size);
    }

    private static bool TryReadCount(string pattern, int at, out long count, out int end)
    {
        count = 0;
        end = pattern.IndexOf('}', at);
        if (end < 0)
        {
            return false;
        }

        foreach (var range in pattern.AsSpan(at + 1, end - at - 1).Split(','))
        {
            var digits = pattern.AsSpan(at + 1, end - at - 1)[range];
            if (digits.ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }

            count = Math.Max(count, long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var bound) ? Math.Min(bound, 1L << 30) : digits.IsEmpty ? 0 : 1L << 30);
        }

        return true;
    }

    private static int EndOfClass(string pattern, int at)
    {
        var i = at + 1;
        i += i < pattern.Length && pattern[i] == '^' ? 1 : 0;

        // A bracket that comes first stands for itself.
        i += i < pattern.Length && pattern[i] == ']' ? 1 : 0;
        for (; i < pattern.Length && pattern[i] != ']'; i++)
        {
            i += pattern[i] == '\\' ? 1 : 0;
        }

        return i;
    }

    private static void Require(long actual, int most, string unit, string field)
    {
        if (actual > most)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"'{field}' has at most {most} {unit}.")
            {
                Field = field,
                Limit = most,
            };
        }
    }
}
