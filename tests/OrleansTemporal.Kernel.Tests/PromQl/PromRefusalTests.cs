using OrleansTemporal.Errors;
using OrleansTemporal.PromQl;
using static OrleansTemporal.Kernel.Tests.PromQl.PromSampleSets;

namespace OrleansTemporal.Kernel.Tests.PromQl;

/// <summary>Queries that are no queries, have no answer, or ask for too much.</summary>
public sealed class PromRefusalTests
{
    private static readonly string[] Pieces =
    [
        "m", "{", "}", "(", ")", "[", "]", "[5m]", "a=\"b\"", "=~", "\"", "'x'", "`", ",", "sum", "by", "without", "rate", "offset", "@", "-", "+", "*", "^", "5m", "1e9999", "0x", "1h1h",
        "bool", "on", "ignoring", "group_left", "and", "or", "unless", "start()", "end()", "end", "time()", "\\", "\0", "\uD800", "é", "#", "\n", " ", "topk", "quantile_over_time", "NaN", "_", ":", ":a", "a:",
    ];

    [Theory]
    [InlineData("")]
    [InlineData("   # nothing")]
    [InlineData("1 +")]
    [InlineData("1 1")]
    [InlineData("(1")]
    [InlineData("1)")]
    [InlineData("{}")]
    [InlineData("{a=\"\"}")]
    [InlineData("{a=~\".*\"}")]
    [InlineData("m{a=b}")]
    [InlineData("m{a}")]
    [InlineData("m{a=\"b\" c=\"d\"}")]
    [InlineData("m{__name__=\"n\"}")]
    [InlineData("m{a=~\"(\"}")]
    [InlineData("m{a=~\"(?=b)\"}")]
    [InlineData("m{a=~\"b)|(c\"}")]
    [InlineData("m[0s]")]
    [InlineData("m[x]")]
    [InlineData("m[5m:1m]")]
    [InlineData("m[5m")]
    [InlineData("m offset")]
    [InlineData("m offset 5m offset 5m")]
    [InlineData("m @ end")]
    [InlineData("m @ NaN")]
    [InlineData("m @ 1e30")]
    [InlineData("(m) offset 5m")]
    [InlineData("(m)[5m]")]
    [InlineData("sum(m)[5m]")]
    [InlineData("rate(m)")]
    [InlineData("rate(m[5m], 1)")]
    [InlineData("rate(rate(m[5m])[5m])")]
    [InlineData("nothing(m)")]
    [InlineData("abs(1)")]
    [InlineData("abs(m[5m])")]
    [InlineData("sum(m[5m])")]
    [InlineData("sum()")]
    [InlineData("sum(1, m)")]
    [InlineData("topk(m)")]
    [InlineData("topk(m, m)")]
    [InlineData("sum by a (m)")]
    [InlineData("sum by (1) (m)")]
    [InlineData("1 > 2")]
    [InlineData("1 + bool 2")]
    [InlineData("1 and 2")]
    [InlineData("m and 1")]
    [InlineData("m + on(a) 1")]
    [InlineData("m * on(a) group_left m")]
    [InlineData("m[5m] + 1")]
    [InlineData("-\"a\"")]
    [InlineData("\"a\" + 1")]
    [InlineData("\"a")]
    [InlineData("\"\\q\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("5x")]
    [InlineData("1m1h")]
    [InlineData("1__0")]
    [InlineData("0xg")]
    [InlineData("m;")]
    [InlineData("m = 1")]
    [InlineData("!m")]
    public void what_is_no_query_is_refused(string query)
    {
        var refusal = Assert.Throws<TemporalException>(() => PromQuery.Parse(query));
        Assert.Equal((ErrorKind.Invalid, ErrorCodes.MalformedQuery, "query"), (refusal.Kind, refusal.Code, refusal.Field));
    }

    [Theory]
    [InlineData("abs({__name__=~\".+\"})")]
    [InlineData("m + ignoring(a) m")]
    [InlineData("m{a=\"1\"} + ignoring(a) m")]
    [InlineData("m + on(b) m{a=\"1\"}")]
    public void what_leaves_two_values_in_one_place_has_no_answer(string query) => Assert.Equal(
        ErrorCodes.QueryFailed, Assert.Throws<TemporalException>(() => Instant(query, 1, Of("m a=1", (1, 1)), Of("m a=2", (1, 2)), Of("n a=1", (1, 3)))).Code);

    [Fact]
    public void what_is_too_large_is_refused_with_its_limit()
    {
        Assert.Equal(Limits.PromQueryLengthMax, LimitOf(() => PromQuery.Parse(new string(' ', Limits.PromQueryLengthMax) + "1")));
        PromQuery.Parse(new string(' ', Limits.PromQueryLengthMax - 1) + "1");
        Assert.Equal(Limits.PromDepthMax, LimitOf(() => PromQuery.Parse(new string('(', Limits.PromDepthMax + 1) + "1" + new string(')', Limits.PromDepthMax + 1))));
        PromQuery.Parse(new string('(', Limits.PromDepthMax) + "1" + new string(')', Limits.PromDepthMax));
        Assert.Equal(Limits.PromDepthMax, LimitOf(() => PromQuery.Parse(string.Join('+', Enumerable.Repeat("1", Limits.PromDepthMax + 1)))));
        Assert.Equal(Limits.PromDepthMax, LimitOf(() => PromQuery.Parse(string.Join('^', Enumerable.Repeat("1", 4_000)))));
        Assert.Equal(Limits.PromDepthMax, LimitOf(() => PromQuery.Parse(new string('-', 4_000) + "m")));
        Assert.Equal(Limits.SeriesTagsMax, LimitOf(() => PromQuery.Parse($"m{{{string.Join(',', Enumerable.Repeat("a=\"1\"", Limits.SeriesTagsMax))}}}")));
        Assert.Equal(Limits.PatternLengthMax, LimitOf(() => PromQuery.Parse($"m{{a=~\"{new string('a', Limits.PatternLengthMax + 1)}\"}}")));
        Assert.Equal(Limits.PromPointsMax, LimitOf(() => PromGrid.Range(0, Limits.PromPointsMax + 1, 1)));
        Assert.Equal(Limits.PromPointsMax + 1, PromGrid.Range(0, Limits.PromPointsMax, 1).Count);
        Assert.Equal(Limits.PromPointsMax, LimitOf(() => PromGrid.Range(long.MinValue, long.MaxValue, 1)));
        var grid = PromGrid.Range(0, Limits.PromPointsMax, 1);
        var series = Enumerable.Range(0, 1_000).Select(static i => Of($"m i={i}", (0, 1))).ToArray();
        Assert.Equal(Limits.PromSamplesMax, LimitOf(() => Range("m", grid, series)));
        Assert.Equal(500, Range("m", grid, series[..500]).Series.Length);
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 1, -1)]
    public void a_range_that_is_none_is_refused(long start, long end, long step) =>
        Assert.Equal(ErrorCodes.MalformedQuery, Assert.Throws<TemporalException>(() => PromGrid.Range(start, end, step)).Code);

    [Fact]
    public void a_text_and_samples_have_no_steps()
    {
        Assert.Equal(ErrorCodes.MalformedQuery, Assert.Throws<TemporalException>(() => Range("\"a\"", PromGrid.Instant(0))).Code);
        Assert.Equal(ErrorCodes.MalformedQuery, Assert.Throws<TemporalException>(() => Range("m[5m]", PromGrid.Instant(0))).Code);
    }

    // Goal: whatever is sent, it is answered or refused by what is said of refusals.
    [Fact]
    public void nothing_but_a_refusal_comes_of_noise() => Seeds.Each(
        20_000,
        static random =>
        {
            var query = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Pieces[random.Next(Pieces.Length)] + (random.Next(2) == 0 ? " " : "")));
            try
            {
                var grid = PromGrid.Range(0, 100, 50);
                Range(query, grid, Of("m a=b", (0, 1)), Of("sum", (0, 2)));
                Instant(query, 0, Of("m a=b", (0, 1)));
            }
            catch (TemporalException refusal) when (refusal is { Kind: ErrorKind.Invalid or ErrorKind.TooLarge, Field: "query" })
            {
                // That is what noise gets.
            }
        },
        longCount: Seeds.DecoderInputsLong);

    private static long? LimitOf(Action action)
    {
        var refusal = Assert.Throws<TemporalException>(action);
        Assert.Equal((ErrorKind.TooLarge, ErrorCodes.QueryTooLarge), (refusal.Kind, refusal.Code));
        return refusal.Limit;
    }
}
