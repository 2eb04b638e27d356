using System.Buffers;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

public sealed class SeriesPayloadTests
{
    // Goal: rows come back as they were given, known series by ordinal, new ones by text.
    [Fact]
    public void rows_come_back_as_they_were_given() => Seeds.Each(300, random =>
    {
        var (series, ordinals, rows, times, values) = Any(random);
        var read = SeriesPayload.Read(Write(series, ordinals, rows, times, values));
        Assert.Equal(ordinals.Select(ordinal => (long)ordinal), read.Ordinals);
        Assert.Equal(series.Zip(ordinals, (text, ordinal) => ordinal < 0 ? text : null), read.Texts);
        Assert.Equal(rows.Select(row => (long)row), read.Rows);
        Assert.Equal(times, read.Times);
        Assert.Equal(values, read.Values);
    });

    // Goal: any bytes are read or refused by the documented error.
    [Fact]
    public void damaged_payloads_are_read_or_refused() => Seeds.Each(
        10_000,
        random =>
        {
            var (series, ordinals, rows, times, values) = Any(random);
            var payload = Write(series, ordinals, rows, times, values);
            for (var flips = random.Next(1, 5); flips > 0; flips--)
            {
                payload[random.Next(payload.Length)] = (byte)random.Next(256);
            }

            var cut = payload.AsSpan(0, random.Next(3) == 0 ? random.Next(payload.Length) : payload.Length).ToArray();
            RequireReadOrRefused(() => SeriesPayload.Read(cut));
            RequireReadOrRefused(() => SeriesDeletionPayload.Read(cut));
        },
        Seeds.DecoderInputsLong);

    [Fact]
    public void payload_version_1()
    {
        var stored = GoldenFile.Check("series-payload-v1", Write(["host=a usage", "host=b usage", " total"], [0, -1, -1], [0, 1, 2, 0], [0, 0, 0, 1_000_000_000], [1.5, 2.5, -0.0, 1.25]));
        var read = SeriesPayload.Read(stored);
        Assert.Equal([0, -1, -1], read.Ordinals);
        Assert.Equal(new string?[] { null, "host=b usage", " total" }, read.Texts);
        Assert.Equal([0, 1, 2, 0], read.Rows);
        Assert.Equal([0, 0, 0, 1_000_000_000], read.Times);
        Assert.Equal([1.5, 2.5, -0.0, 1.25], read.Values);
    }

    [Fact]
    public void deletion_version_1()
    {
        var selector = new SeriesSelector
        {
            Field = "usage",
            From = -5,
            To = 7,
            Tags = [new TagMatcher("host", TagMatcherKind.Equal, "a"), new TagMatcher("zone", TagMatcherKind.NotMatches, "x.*")],
        };
        var buffer = new ArrayBufferWriter<byte>();
        SeriesDeletionPayload.Write(buffer, selector);
        var read = SeriesDeletionPayload.Read(GoldenFile.Check("series-deletion-v1", buffer.WrittenSpan));
        Assert.Equal((selector.Field, selector.From, selector.To), (read.Field, read.From, read.To));
        Assert.Equal(selector.Tags.ToArray(), read.Tags.ToArray());
    }

    [Fact]
    public void conditions_on_tags_hold_for_whole_values_and_absent_ones()
    {
        var key = SeriesKey.Parse("host=web1,zone=eu usage");
        Assert.True(Includes(key, new("host", TagMatcherKind.Equal, "web1")));
        Assert.True(Includes(key, new("rack", TagMatcherKind.Equal, "")));
        Assert.True(Includes(key, new("host", TagMatcherKind.NotEqual, "web2")));
        Assert.True(Includes(key, new("host", TagMatcherKind.Matches, "web.|db.")));
        Assert.False(Includes(key, new("host", TagMatcherKind.Matches, "web")));
        Assert.True(Includes(key, new("host", TagMatcherKind.NotMatches, "eb1")));
        Assert.False(new SeriesMatch(new SeriesSelector { Field = "other" }).Includes(key));
        var refusal = Assert.Throws<TemporalException>(() => Includes(key, new("host", TagMatcherKind.Matches, "a)|(b")));
        Assert.Equal("tag", refusal.Field);
    }

    private static bool Includes(SeriesKey key, TagMatcher tag) => new SeriesMatch(new SeriesSelector { Tags = [tag] }).Includes(key);

    private static void RequireReadOrRefused(Action read)
    {
        try
        {
            read();
        }
        catch (TemporalException refusal)
        {
            Assert.Equal(ErrorCodes.PayloadMalformed, refusal.Code);
        }
    }

    private static byte[] Write(string[] series, int[] ordinals, int[] rows, long[] times, double[] values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        SeriesPayload.Write(buffer, series, ordinals, rows, times, values);
        return buffer.WrittenSpan.ToArray();
    }

    private static (string[] Series, int[] Ordinals, int[] Rows, long[] Times, double[] Values) Any(Random random)
    {
        var rowCount = random.Next(1, 60);
        var seriesCount = random.Next(1, rowCount + 1);
        return (
            [.. Enumerable.Range(0, seriesCount).Select(i => $"host=h{i} usage")],
            [.. Enumerable.Range(0, seriesCount).Select(i => random.Next(3) == 0 ? -1 : i)],
            [.. Enumerable.Range(0, rowCount).Select(_ => random.Next(seriesCount))],
            SeriesSamples.Times(random, rowCount),
            SeriesSamples.AnyValues(random, rowCount));
    }
}
