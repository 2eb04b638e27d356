using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

public sealed class SeriesMatchTests
{
    // Goal: a pattern is held against a value from its beginning to its end, whatever characters that has.
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a\n", false)]
    [InlineData("a|b", "b\n", false)]
    [InlineData("a.*", "a\nb", false)]
    [InlineData("a\\n", "a\n", true)]
    [InlineData("", "\n", false)]
    public void a_pattern_is_of_the_whole_value(string pattern, string value, bool matches)
    {
        var series = SeriesKey.Of(SeriesTags.Of([new("host", value)]), "f");
        Assert.Equal(matches, new SeriesMatch(Selector(TagMatcherKind.Matches, pattern)).Includes(series));
        Assert.Equal(!matches, new SeriesMatch(Selector(TagMatcherKind.NotMatches, pattern)).Includes(series));
    }

    private static SeriesSelector Selector(TagMatcherKind kind, string pattern) => new() { Tags = [new TagMatcher("host", kind, pattern)] };
}
