using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

public sealed class SeriesKeyTests
{
    // Goal: equal sets of tags have one text, different ones different texts, and each text leads back.
    [Fact]
    public void tags_have_one_text_that_leads_back() => Seeds.Each(2_000, random =>
    {
        var tags = new Dictionary<string, string>();
        for (var i = random.Next(5); i > 0; i--)
        {
            tags[AnyText(random)] = AnyText(random);
        }

        var shuffled = tags.ToArray();
        random.Shuffle(shuffled);
        var (left, right) = (SeriesTags.Of(tags), SeriesTags.Of(shuffled));
        Assert.Equal(left, right);
        Assert.Equal(left.Text, right.Text);
        var key = SeriesKey.Of(left, AnyText(random));
        var read = SeriesKey.Parse(key.Text);
        Assert.Equal(key, read);
        Assert.Equal(key.Field, read.Field);
        Assert.Equal(tags.OrderBy(tag => tag.Key, StringComparer.Ordinal), read.Tags.Pairs);
        Assert.Equal(left.Text, SeriesKey.TagsOf(key.Text));
    });

    [Fact]
    public void what_is_no_set_of_tags_is_refused()
    {
        Assert.Equal("tags", Refusal(() => SeriesTags.Of([new("a", "1"), new("a", "2")])).Field);
        Assert.Equal("tags", Refusal(() => SeriesTags.Of([new("", "1")])).Field);
        Assert.Equal("tags", Refusal(() => SeriesTags.Of([new("a", "")])).Field);
        Assert.Equal("tags", Refusal(() => SeriesTags.Of([new("a", "\ud800")])).Field);
        Assert.Equal(Limits.KeyBytesMax, Refusal(() => SeriesTags.Of([new("a", new string('x', Limits.KeyBytesMax))])).Limit);
        Refusal(() => SeriesTags.Of(Enumerable.Range(0, Limits.SeriesTagsMax + 1).Select(i => KeyValuePair.Create($"t{i}", "1"))));
        foreach (var text in new[] { "b=1,a=2", "a", "a=1,", "a=1,a=1", "=1", "a\\b=1" })
        {
            Refusal(() => SeriesTags.Parse(text));
        }

        Refusal(() => SeriesKey.Of(SeriesTags.Empty, ""));
        Refusal(() => SeriesKey.Parse("a=1"));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1969-12-31T23:59:59.999999999Z", -1)]
    [InlineData("2026-01-02T03:04:05.123456789Z", 1_767_323_045_123_456_789)]
    [InlineData("2026-01-02T03:04:05.120Z", 1_767_323_045_120_000_000)]
    [InlineData("2262-04-11T23:47:16.854775807Z", long.MaxValue)]
    [InlineData("1677-09-21T00:12:43.145224192Z", long.MinValue)]
    public void event_times_are_written_and_read_to_the_nanosecond(string text, long nanoseconds)
    {
        Assert.Equal(nanoseconds, EventTime.Parse(text).Nanoseconds);
        Assert.Equal(text, new EventTime(nanoseconds).ToString());
    }

    [Fact]
    public void event_times_have_offsets_and_bounds()
    {
        Assert.Equal(EventTime.Parse("2026-01-02T02:04:05Z"), EventTime.Parse("2026-01-02T03:04:05+01:00"));
        foreach (var text in new[] { "2263-01-01T00:00:00Z", "2026-01-02", "2026-13-02T00:00:00Z", "2026-01-02T00:00:00", "2026-01-02T00:00:00.Z", "2026-01-02T00:00:00.1234567890Z", "" })
        {
            Assert.False(EventTime.TryParse(text, out _), text);
        }

        Assert.True(EventTime.TryFrom(-5, 1_000_000_000, out var time));
        Assert.Equal(-5_000_000_000, time.Nanoseconds);
        Assert.False(EventTime.TryFrom(long.MaxValue, 1_000, out _));
    }

    private static TemporalException Refusal(Action action)
    {
        var refusal = Assert.Throws<TemporalException>(action);
        Assert.Equal(ErrorCodes.InvalidField, refusal.Code);
        return refusal;
    }

    private static string AnyText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => "ab=, \\\0é\n"[random.Next(9)]));
}
