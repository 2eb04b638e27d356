using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Channels;

/// <summary>A glob stands for exactly those texts that trying everything finds.</summary>
public sealed class GlobTests
{
    [Theory]
    [InlineData("a*b*c", "axbxc", true)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("aba*aba", "aba", false)]
    [InlineData("aba*aba", "abaaba", true)]
    [InlineData("timelines/*", "timelines/w", true)]
    [InlineData("timelines/*", "timelines", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "kv/orders", true)]
    [InlineData("**", "kv/orders", true)]
    [InlineData("kv/order?", "kv/orders", true)]
    [InlineData("kv/order?", "kv/order", false)]
    [InlineData("*/a?c*", "kv/abcd", true)]
    [InlineData("kv/[ab]", "kv/a", false)]
    [InlineData("KV/a", "kv/a", false)]
    public void a_glob_matches_whole_texts(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Glob.Parse(pattern, "pattern").IsMatch(text));

    [Fact]
    public void a_glob_matches_what_trying_everything_matches() => Seeds.Each(2_000, static random =>
    {
        for (var i = 0; i < 50; i++)
        {
            var pattern = TextOf(random, "ab/*?*", 1, 9);
            var text = TextOf(random, "ab/", 0, 12);
            Assert.True(Naive(pattern, text) == Glob.Parse(pattern, "pattern").IsMatch(text), $"{pattern} against {text}");
        }
    });

    [Fact]
    public void a_pattern_of_nothing_but_traps_is_answered_at_once()
    {
        var pattern = Glob.Parse(string.Concat(Enumerable.Repeat("a*?", 85)), "pattern");
        var text = new string('a', 100_000);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(pattern.IsMatch(text));
            Assert.False(Glob.Parse(string.Concat(Enumerable.Repeat("*a", 127)) + "b", "pattern").IsMatch(text));
        }
    }

    [Fact]
    public void what_is_no_pattern_is_refused_with_its_field()
    {
        foreach (var bad in new[] { null, "", "a b", "kv/\u00e4", "a\n", new string('a', Limits.SourcePatternLengthMax + 1) })
        {
            var refused = Assert.Throws<TemporalException>(() => Glob.Parse(bad, "sourcePattern"));
            Assert.Equal((ErrorCodes.InvalidPattern, "sourcePattern"), (refused.Code, refused.Field));
        }

        Assert.True(Glob.Parse(new string('a', Limits.SourcePatternLengthMax), "sourcePattern").IsLiteral);
    }

    private static bool Naive(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text) => pattern.IsEmpty ? text.IsEmpty
        : pattern[0] == '*' ? Naive(pattern[1..], text) || (!text.IsEmpty && Naive(pattern, text[1..]))
        : !text.IsEmpty && (pattern[0] == '?' || pattern[0] == text[0]) && Naive(pattern[1..], text[1..]);

    private static string TextOf(Random random, string letters, int lengthMin, int lengthMax) =>
        string.Concat(Enumerable.Range(0, random.Next(lengthMin, lengthMax + 1)).Select(_ => letters[random.Next(letters.Length)]));
}
