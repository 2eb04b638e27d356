namespace OrleansTemporal.Kv;

/// <summary>
/// Compares strings by the bytes of their UTF-8 without encoding them. UTF-16 code units order the same way, except that
/// surrogates stand for code points above U+FFFF and so come after U+E000..U+FFFF.
/// </summary>
public static class Utf8Order
{
    /// <summary>The order as a comparer.</summary>
    public static Comparer<string> Comparer { get; } = Comparer<string>.Create(Compare);

    /// <summary>Negative, zero or positive, as the UTF-8 bytes of <paramref name="left"/> order against those of <paramref name="right"/>.</summary>
    public static int Compare(string? left, string? right) => Compare(left.AsSpan(), right.AsSpan());

    /// <inheritdoc cref="Compare(string?, string?)"/>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        return Weight(left[common]) - Weight(right[common]);
    }

    // Moves surrogates behind everything else of the basic plane.
    private static int Weight(char unit) => unit >= '\uE000' ? unit - 0x800 : unit >= '\uD800' ? unit + 0x2000 : unit;
}
