using OrleansTemporal.PromQl;
using static OrleansTemporal.Kernel.Tests.PromQl.PromSampleSets;

namespace OrleansTemporal.Kernel.Tests.PromQl;

/// <summary>Answers that were computed by hand.</summary>
public sealed class PromAnswerTests
{
    private static readonly PromSamples[] Hosts =
    [
        Of("load host=a zone=x", (60, 1), (120, 2), (180, 3)),
        Of("load host=b zone=x", (60, 10), (120, 20), (180, 30)),
        Of("load host=c zone=y", (60, -5), (120, -6), (180, -7)),
        Of("size host=a", (180, 4)),
        Of("size host=b", (180, 0)),
    ];

    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("-2 ^ 2", "-4")]
    [InlineData("2 ^ 3 ^ 2", "512")]
    [InlineData("2 ^ -1", "0.5")]
    [InlineData("1 - -1 - 3", "-1")]
    [InlineData("-7 % 4", "-3")]
    [InlineData("1 / 0", "+Inf")]
    [InlineData("0 / 0", "NaN")]
    [InlineData("-Inf", "-Inf")]
    [InlineData("nan", "NaN")]
    [InlineData("0x1F + 1_000 + 1e3 + .5", "2031.5")]
    [InlineData("1h30m", "5400")]
    [InlineData("1 < bool 2", "1")]
    [InlineData("1 == bool 2", "0")]
    [InlineData("time()", "180")]
    [InlineData("time() # the moment", "180")]
    [InlineData("1 atan2 1", "0.7853981633974483")]
    [InlineData("\"a\\\"\\n\\x41\\u00e4\"", "a\"\nAä")]
    [InlineData("`a\\n`", "a\\n")]
    public void literals_and_operators(string query, string expected) => Assert.Equal(expected, TextOf(Instant(query, 180)));

    [Theory]
    [InlineData("load{host=\"a\"}", "{__name__=\"load\", host=\"a\", zone=\"x\"}3")]
    [InlineData("load{host!=\"a\", zone=~\"x|z\",}", "{__name__=\"load\", host=\"b\", zone=\"x\"}30")]
    [InlineData("{__name__=~\"lo.*\", host!~\"a|b\"}", "{__name__=\"load\", host=\"c\", zone=\"y\"}-7")]
    [InlineData("load{zone=~\"\"}", "")]
    [InlineData("size{zone=\"\", host=\"a\"}", "{__name__=\"size\", host=\"a\"}4")]
    [InlineData("load{host=\"a\"} offset 1m", "{__name__=\"load\", host=\"a\", zone=\"x\"}2")]
    [InlineData("load{host=\"a\"} offset -1m", "{__name__=\"load\", host=\"a\", zone=\"x\"}3")]
    [InlineData("load{host=\"a\"} @ 60", "{__name__=\"load\", host=\"a\", zone=\"x\"}1")]
    [InlineData("load{host=\"a\"} @ 180.5 offset 90s", "{__name__=\"load\", host=\"a\", zone=\"x\"}1")]
    [InlineData("load{host=\"a\"} @ end()", "{__name__=\"load\", host=\"a\", zone=\"x\"}3")]
    [InlineData("load{host=\"a\"}[90s]", "{__name__=\"load\", host=\"a\", zone=\"x\"}2,3")]
    [InlineData("load{host=\"a\"}[1m]", "{__name__=\"load\", host=\"a\", zone=\"x\"}3")]
    [InlineData("sum(load)", "26")]
    [InlineData("sum by (zone) (load)", "{zone=\"x\"}33 {zone=\"y\"}-7")]
    [InlineData("avg without (host) (load)", "{zone=\"x\"}16.5 {zone=\"y\"}-7")]
    [InlineData("count(load) by (zone)", "{zone=\"x\"}2 {zone=\"y\"}1")]
    [InlineData("MIN(load)", "-7")]
    [InlineData("max(load)", "30")]
    [InlineData("stddev by (zone) (load)", "{zone=\"x\"}13.5 {zone=\"y\"}0")]
    [InlineData("quantile(0.5, load)", "3")]
    [InlineData("quantile(0.75, load)", "16.5")]
    [InlineData("quantile(2, load)", "+Inf")]
    [InlineData("topk(2, load)", "{__name__=\"load\", host=\"b\", zone=\"x\"}30 {__name__=\"load\", host=\"a\", zone=\"x\"}3")]
    [InlineData("bottomk(1, load)", "{__name__=\"load\", host=\"c\", zone=\"y\"}-7")]
    [InlineData("topk by (zone) (1, load)", "{__name__=\"load\", host=\"b\", zone=\"x\"}30 {__name__=\"load\", host=\"c\", zone=\"y\"}-7")]
    [InlineData("topk(0, load)", "")]
    [InlineData("sort(load{zone=\"x\"})", "{__name__=\"load\", host=\"a\", zone=\"x\"}3 {__name__=\"load\", host=\"b\", zone=\"x\"}30")]
    [InlineData("sort_desc(size)", "{__name__=\"size\", host=\"a\"}4 {__name__=\"size\", host=\"b\"}0")]
    [InlineData("load > 2", "{__name__=\"load\", host=\"a\", zone=\"x\"}3 {__name__=\"load\", host=\"b\", zone=\"x\"}30")]
    [InlineData("2 < load{host=\"a\"}", "{__name__=\"load\", host=\"a\", zone=\"x\"}3")]
    [InlineData("load > bool 2", "{host=\"a\", zone=\"x\"}1 {host=\"b\", zone=\"x\"}1 {host=\"c\", zone=\"y\"}0")]
    [InlineData("load{host=\"c\"} * 2 + 1", "{host=\"c\", zone=\"y\"}-13")]
    [InlineData("-load{host=\"c\"}", "{host=\"c\", zone=\"y\"}7")]
    [InlineData("load / ignoring(zone) size", "{host=\"a\"}0.75 {host=\"b\"}+Inf")]
    [InlineData("load - on(host) size", "{host=\"a\"}-1 {host=\"b\"}30")]
    [InlineData("load > on(host) size", "{host=\"b\"}30")]
    [InlineData("load and on(host) size", "{__name__=\"load\", host=\"a\", zone=\"x\"}3 {__name__=\"load\", host=\"b\", zone=\"x\"}30")]
    [InlineData("load unless on(host) size", "{__name__=\"load\", host=\"c\", zone=\"y\"}-7")]
    [InlineData("load{host=\"a\"} or on(host) size", "{__name__=\"load\", host=\"a\", zone=\"x\"}3 {__name__=\"size\", host=\"b\"}0")]
    [InlineData("abs(load{host=\"c\"})", "{host=\"c\", zone=\"y\"}7")]
    [InlineData("round(load{host=\"a\"} / 2)", "{host=\"a\", zone=\"x\"}2")]
    [InlineData("round(load{host=\"c\"}, 5)", "{host=\"c\", zone=\"y\"}-5")]
    [InlineData("ceil(load{host=\"a\"} / 2)", "{host=\"a\", zone=\"x\"}2")]
    [InlineData("floor(load{host=\"c\"} / 2)", "{host=\"c\", zone=\"y\"}-4")]
    [InlineData("clamp(load{zone=\"x\"}, 0, 10)", "{host=\"a\", zone=\"x\"}3 {host=\"b\", zone=\"x\"}10")]
    [InlineData("clamp(load, 10, 0)", "")]
    [InlineData("scalar(load{host=\"a\"}) + 1", "4")]
    [InlineData("scalar(load)", "NaN")]
    [InlineData("vector(time())", "180")]
    [InlineData("sum_over_time(load{host=\"b\"}[2m])", "{host=\"b\", zone=\"x\"}50")]
    [InlineData("avg_over_time(load{host=\"b\"}[121s])", "{host=\"b\", zone=\"x\"}20")]
    [InlineData("min_over_time(load{host=\"c\"}[1h])", "{host=\"c\", zone=\"y\"}-7")]
    [InlineData("max_over_time(load{host=\"c\"}[1h])", "{host=\"c\", zone=\"y\"}-5")]
    [InlineData("count_over_time(load{host=\"c\"}[1h])", "{host=\"c\", zone=\"y\"}3")]
    [InlineData("last_over_time(load{host=\"c\"}[1h])", "{__name__=\"load\", host=\"c\", zone=\"y\"}-7")]
    [InlineData("quantile_over_time(0.5, load{host=\"c\"}[1h])", "{host=\"c\", zone=\"y\"}-6")]
    [InlineData("stdvar_over_time(load{host=\"b\"}[2m])", "{host=\"b\", zone=\"x\"}25")]
    [InlineData("changes(load{host=\"b\"}[1h])", "{host=\"b\", zone=\"x\"}2")]
    [InlineData("resets(load{host=\"c\"}[1h])", "{host=\"c\", zone=\"y\"}2")]
    [InlineData("irate(load{host=\"b\"}[1h])", "{host=\"b\", zone=\"x\"}0.16666666666666666")]
    public void series_by_selectors_functions_and_aggregations(string query, string expected) => Assert.Equal(expected, TextOf(Instant(query, 180, Hosts)));

    [Theory]

    // Four samples each 10 s: 30 s of 40 s are sampled. Both ends are nearer than 11 s, so it goes on to both bounds.
    [InlineData("increase(c[40s])", 52, "40")]
    [InlineData("rate(c[40s])", 52, "1")]
    [InlineData("delta(c[40s])", 52, "40")]

    // 68 s before the first sample: half a gap, and no further than to where the counter was zero.
    [InlineData("increase(late[100s])", 52, "37")]
    [InlineData("delta(late[100s])", 52, "37")]
    [InlineData("increase(young[100s])", 52, "33")]
    [InlineData("delta(young[100s])", 52, "37")]

    // A fall from 30 to 25: 20 before it and 25 of the new life, over 30 s that go on by 5 s and 2 s.
    [InlineData("increase(reset[100s])", 52, "55.5")]
    [InlineData("delta(reset[100s])", 52, "18.5")]
    [InlineData("rate(c[5s])", 52, "")]
    public void rates_go_on_to_the_bounds_of_their_span(string query, double at, string expected)
    {
        var text = TextOf(Instant(
            query,
            at,
            Of("c", (20, 10), (30, 20), (40, 30), (50, 40)),
            Of("late", (20, 1_000), (30, 1_010), (40, 1_020), (50, 1_030)),
            Of("young", (20, 1), (30, 11), (40, 21), (50, 31)),
            Of("reset", (20, 10), (30, 20), (40, 30), (50, 25))));
        Assert.Equal(expected, text);
    }

    [Fact]
    public void a_value_lasts_for_five_minutes_and_not_at_their_end()
    {
        var series = Of("m", (0, 7));
        Assert.Equal("{__name__=\"m\"}7", TextOf(Instant("m", 299.999, series)));
        Assert.Equal("", TextOf(Instant("m", 300, series)));
        Assert.Equal("", TextOf(Instant("m", -0.001, series)));
    }

    [Fact]
    public void a_range_has_a_value_for_each_step_that_has_one()
    {
        var result = Range("m * 2", PromGrid.Range(-60_000, 360_000, 60_000), Of("m", (0, 1), (60, 2)));
        var series = Assert.Single(result.Series);
        Assert.Equal("0 60000 120000 180000 240000 300000", string.Join(' ', series.Times));
        Assert.Equal("2 4 4 4 4 4", string.Join(' ', series.Values));
        Assert.Equal("-1 0 1", string.Join(' ', Range("time()", PromGrid.Range(-1_000, 1_500, 1_000)).Series.Single().Values));
    }

    [Theory]
    [InlineData(1e21, "1e+21")]
    [InlineData(123456789012345680000d, "123456789012345680000")]
    [InlineData(1e-6, "0.000001")]
    [InlineData(1.25e-7, "1.25e-07")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(0.1, "0.1")]
    [InlineData(-0.0, "-0")]
    public void values_are_written_with_an_exponent_only_when_far_from_one(double value, string expected) => Assert.Equal(expected, PromLiterals.Format(value));
}
