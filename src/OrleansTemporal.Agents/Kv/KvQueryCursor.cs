using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Buffers.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Where a page of a query ended.</summary>
/// <param name="Moment">The moment that all pages hold for.</param>
/// <param name="Seen">Rows before the next page, those that were skipped included.</param>
/// <param name="Total">Rows of all pages, where it is known.</param>
/// <param name="After">The key of the last row; null for groups, which are counted.</param>
public sealed record KvQueryCursor(HybridTimestamp Moment, long Seen, long? Total, string? After)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out KvQueryCursor? cursor)
    {
        cursor = null;
        var parts = text.Split('.');
        if (parts.Length != 4
            || !ulong.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var moment) || moment == 0
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            || !TryParseTotal(parts[2], out var total)
            || !TryParseKey(parts[3], out var after))
        {
            return false;
        }

        cursor = new KvQueryCursor(new HybridTimestamp(moment), seen, total, after);
        return true;
    }

    /// <summary>The cursor as text of letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Moment.Value:x}.{Seen}.{Total}.{(After is null ? "" : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(After)))}");

    private static bool TryParseTotal(string text, out long? total)
    {
        total = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : null;
        return text.Length == 0 || total is not null;
    }

    private static bool TryParseKey(string text, out string? key)
    {
        key = null;
        if (text.Length == 0)
        {
            return true;
        }

        var bytes = new byte[text.Length];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || !System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length)))
        {
            return false;
        }

        key = Encoding.UTF8.GetString(bytes, 0, length);
        return key.Length > 0 && length <= Limits.ViewKeyBytesMax;
    }
}
