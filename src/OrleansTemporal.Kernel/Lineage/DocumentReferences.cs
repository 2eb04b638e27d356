using System.Text.Json;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>
/// Finds the references in a document: every member <c>"$ref":"namespace/key"</c> of any object in it. What is not a valid
/// namespace, a slash and a valid key (<c>#/definitions/x</c> of a JSON schema, say) is no reference.
/// </summary>
public static class DocumentReferences
{
    private static ReadOnlySpan<byte> Member => "\"$ref\":\""u8;

    /// <summary>Longest text of a reference: a namespace, a slash and a key, in UTF-8.</summary>
    public const int TextBytesMax = Limits.NameLengthMax + 1 + Limits.KeyBytesMax;

    /// <summary>
    /// The documents that a value refers to, each once, as <c>namespace/key</c>, in the order of the value. Cost: one
    /// vectorised search when there is none, and no allocation.
    /// </summary>
    /// <param name="canonical">Canonical JSON: no space between tokens, and only what must be escaped is.</param>
    public static IReadOnlyList<string> In(ReadOnlySpan<byte> canonical)
    {
        List<string>? found = null;
        HashSet<string>? known = null;
        var at = 0;
        while (true)
        {
            var next = canonical[at..].IndexOf(Member);
            if (next < 0)
            {
                return found ?? (IReadOnlyList<string>)[];
            }

            at += next;

            // The name of a member stands behind a brace or a comma; within a string, its quote would be behind a backslash.
            if (at > 0 && canonical[at - 1] is (byte)'{' or (byte)',' && TryRead(canonical[(at + 7)..]) is { } text
                && (known ??= new(StringComparer.Ordinal)).Add(text))
            {
                (found ??= []).Add(text);
            }

            at += 8;
        }
    }

    /// <summary>False when a value can not refer to any document: one vectorised search.</summary>
    /// <param name="canonical">Canonical JSON.</param>
    public static bool MayBeIn(ReadOnlySpan<byte> canonical) => canonical.IndexOf(Member) >= 0;

    /// <summary>Takes a reference apart; false when it is none.</summary>
    public static bool TrySplit(string text, out string ns, out string key)
    {
        ns = key = "";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !Names.IsValid(text[..slash]) || !EntityKeys.IsValid(text[(slash + 1)..]))
        {
            return false;
        }

        (ns, key) = (text[..slash], text[(slash + 1)..]);
        return true;
    }

    // From the opening quote of the member's value.
    private static string? TryRead(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value, isFinalBlock: false, default);
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && TrySplit(text, out _, out _) ? text : null;
    }
}
