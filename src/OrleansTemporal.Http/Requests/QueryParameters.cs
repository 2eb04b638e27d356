using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>Reads the query of a request. Parameters that nobody asks for are ignored.</summary>
internal static class QueryParameters
{
    /// <summary>The decoded value of a parameter; null when it is absent.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>: it occurs twice, or does not decode.</exception>
    internal static string? Find(PathSegments path, string name)
    {
        string? found = null;
        var rest = path.Query;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            if (!(equals < 0 ? pair : pair[..equals]).SequenceEqual(name))
            {
                continue;
            }

            var value = equals < 0 ? default : pair[(equals + 1)..];
            if (found is not null || !PercentEncoding.TryDecode(value, plusIsSpace: true, out found))
            {
                throw Malformed(name, $"'{name}' is given once, in percent-encoded UTF-8.");
            }
        }

        return found;
    }

    /// <summary>Parameters whose names begin with a prefix: what stands behind it, and their values, in the order given.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>: one does not decode.</exception>
    internal static List<KeyValuePair<string, string>> FindWithPrefix(PathSegments path, string prefix)
    {
        var found = new List<KeyValuePair<string, string>>();
        foreach (var range in path.Query.Split('&'))
        {
            var pair = path.Query[range];
            var equals = pair.IndexOf('=');
            if (!PercentEncoding.TryDecode(equals < 0 ? pair : pair[..equals], plusIsSpace: true, out var name)
                || !name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            found.Add(PercentEncoding.TryDecode(equals < 0 ? default : pair[(equals + 1)..], plusIsSpace: true, out var value)
                ? KeyValuePair.Create(name[prefix.Length..], value)
                : throw Malformed(name, $"'{name}' is in percent-encoded UTF-8."));
        }

        return found;
    }

    /// <summary>All parameters, decoded, in their order.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>: one does not decode.</exception>
    internal static List<(string Name, string Value)> All(PathSegments path)
    {
        var all = new List<(string Name, string Value)>();
        foreach (var range in path.Query.Split('&'))
        {
            var pair = path.Query[range];
            var equals = pair.IndexOf('=');
            if (pair.IsEmpty)
            {
                continue;
            }

            all.Add(PercentEncoding.TryDecode(equals < 0 ? pair : pair[..equals], plusIsSpace: true, out var name)
                && PercentEncoding.TryDecode(equals < 0 ? default : pair[(equals + 1)..], plusIsSpace: true, out var value)
                    ? (name, value)
                    : throw Malformed(pair.ToString(), "Parameters are in percent-encoded UTF-8."));
        }

        return all;
    }

    /// <summary>The parameters whose names begin with a prefix, each name once, without it.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>: one does not decode, occurs twice or has no name.</exception>
    internal static List<(string Name, string Value)> FindPrefixed(PathSegments path, string prefix)
    {
        var found = new List<(string Name, string Value)>();
        foreach (var (name, value) in path.Query.IsEmpty ? [] : All(path))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                var rest = name[prefix.Length..];
                found.Add(rest.Length > 0 && !found.Exists(known => known.Name == rest) ? (rest, value) : throw Malformed(name, $"'{prefix}' is followed by a name, each given once."));
            }
        }

        return found;
    }

    /// <summary>Rows asked for: 1 to <see cref="Limits.PageCountMax"/>.</summary>
    internal static int GetLimit(PathSegments path)
    {
        if (Find(path, "limit") is not { } text)
        {
            return Limits.PageCountDefault;
        }

        // Digits that overflow are a number all the same, and far above the limit.
        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9') || text.AsSpan().TrimStart('0').IsEmpty)
        {
            throw Malformed("limit", $"'limit' is a whole number from 1 to {Limits.PageCountMax}.");
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit <= Limits.PageCountMax
            ? limit
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'limit' is at most {Limits.PageCountMax}.")
            {
                Field = "limit",
                Limit = Limits.PageCountMax,
            };
    }

    /// <summary>Rows to ask a facade for: one more than the page holds tells whether there is a next page, as far as facades go.</summary>
    internal static int ToPeek(int limit) => Math.Min(limit + 1, Limits.PageCountMax);

    /// <summary>Whether a next page is worth a link. Behind the largest page there may turn out to be an empty one.</summary>
    internal static bool HasMore(int limit, int found) => found > limit || (limit == Limits.PageCountMax && found == limit);

    /// <summary>The moment to answer for: an instant, or digits for a sequence; the newest state when absent.</summary>
    internal static AsOf GetAsOf(PathSegments path) =>
        path.Query.IsEmpty || Find(path, "asOf") is not { } text ? AsOf.Latest : ParseAsOf(text);

    /// <summary>Reads an instant, or digits for a sequence.</summary>
    internal static AsOf ParseAsOf(string text) => ParseAsOf(text, "asOf");

    /// <inheritdoc cref="ParseAsOf(string)"/>
    internal static AsOf ParseAsOf(string text, string name)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0
                ? AsOf.After(sequence)
                : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{name}' as a sequence is from 1 to {long.MaxValue}.")
                {
                    Field = name,
                };
        }

        // An instant before 1970 is before every delta, and so is the first moment that an AsOf can name.
        var instant = ParseInstant(text, name);
        return AsOf.At(instant.Value == 0 ? new HybridTimestamp(1) : instant);
    }

    /// <summary>An instant; null when absent.</summary>
    internal static HybridTimestamp? FindInstant(PathSegments path, string name) =>
        Find(path, name) is { } text ? ParseInstant(text, name) : null;

    /// <summary>Whether a parameter is <c>true</c>; false when it is absent.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>: it is neither <c>true</c> nor <c>false</c>.</exception>
    internal static bool GetFlag(PathSegments path, string name) => Find(path, name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Malformed(name, $"'{name}' is true or false."),
    };

    /// <summary>The moment that a question in a body asks about: the one in the body, else that of the query.</summary>
    internal static AsOf GetAsOf(PathSegments path, AsOf inBody) => inBody.IsLatest ? GetAsOf(path) : inBody;

    /// <summary>Refuses a parameter or header that does not parse.</summary>
    internal static TemporalException Malformed(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.MalformedParameter, message) { Field = field };

    /// <summary>Reads an instant. A client that forgets to escape the plus of an offset means the offset, not a space.</summary>
    internal static HybridTimestamp ParseInstant(string text, string name) =>
        HybridTimestamp.TryParse(text.Replace(' ', '+'), out var instant)
            ? instant
            : throw Malformed(name, $"'{name}' is an instant in RFC 3339, as in 2026-01-02T03:04:05.123456789Z.");
}
