using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>Entity tags (RFC 9110, section 8.8.3): the write id in quotes.</summary>
internal static class EntityTags
{
    // No log ever gets this far, so this write id matches nothing that exists.
    private static readonly WriteId Unmatchable = new(0, long.MaxValue, ushort.MaxValue);

    /// <summary>The tag of a version.</summary>
    internal static string Format(WriteId id) => string.Create(WriteId.TextLength + 2, id, static (span, value) =>
    {
        span[0] = span[^1] = '"';
        value.TryFormat(span[1..^1], out _);
    });

    /// <summary>Whether a list of tags, or <c>*</c>, names this version; weak tags count when <paramref name="weak"/>.</summary>
    internal static bool Matches(string header, WriteId id, bool weak)
    {
        Span<char> text = stackalloc char[WriteId.TextLength];
        id.TryFormat(text, out _);
        foreach (var range in header.AsSpan().Split(','))
        {
            var tag = header.AsSpan(range).Trim();
            if (tag is "*")
            {
                return true;
            }

            var isWeak = tag.StartsWith("W/", StringComparison.Ordinal);
            tag = isWeak ? tag[2..] : tag;
            if ((weak || !isWeak) && tag.Length == WriteId.TextLength + 2 && tag[0] == '"' && tag[^1] == '"' && tag[1..^1].SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The one write id that a write asks to stand. Tags that can not be ours become one that never matches.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>, or <c>invalid_field</c> for more than one tag.</exception>
    internal static WriteId ParseIfMatch(string header)
    {
        var tag = header.AsSpan().Trim();
        if (tag.Contains(','))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "'If-Match' of a write names one entity tag, or *.") { Field = "If-Match" };
        }

        var strong = tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
        if (strong.Length < 2 || strong[0] != '"' || strong[^1] != '"')
        {
            throw QueryParameters.Malformed("If-Match", "'If-Match' is an entity tag in quotes, or *.");
        }

        return strong.Length == tag.Length && WriteId.TryParse(strong[1..^1].ToString(), out var id) ? id : Unmatchable;
    }

    /// <summary>What a write asks for by its headers: the version that stands, that there is one, that there is none.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>, <c>invalid_field</c>.</exception>
    internal static (WriteId? IfMatch, bool IfPresent, bool IfAbsent) ReadConditions(IHeaderDictionary headers)
    {
        var (ifMatch, ifNoneMatch) = (headers.IfMatch, headers.IfNoneMatch);
        if (ifNoneMatch.Count > 0 && ifNoneMatch.ToString().Trim() != "*")
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "'If-None-Match' of a write is *.") { Field = "If-None-Match" };
        }

        var isAny = ifMatch.Count > 0 && ifMatch.ToString().Trim() == "*";
        return (ifMatch.Count > 0 && !isAny ? ParseIfMatch(ifMatch.ToString()) : null, isAny, ifNoneMatch.Count > 0);
    }

    /// <summary>Reads the <c>ifMatch</c> of a body, with or without quotes.</summary>
    internal static WriteId ParseField(string text) => WriteId.TryParse(text.Trim('"'), out var id) ? id : Unmatchable;
}
