using System.Globalization;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class HybridTimestampTests
{
    private static readonly HybridTimestamp Example =
        new(HybridTimestamp.FromMilliseconds(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 123, TimeSpan.Zero).ToUnixTimeMilliseconds()).Value | 17);

    [Fact]
    public void the_counter_stands_in_the_digits_after_the_milliseconds()
    {
        Assert.Equal("2026-01-02T03:04:05.123000017Z", Example.ToString());
        Assert.Equal("1970-01-01T00:00:00.000000000Z", HybridTimestamp.Zero.ToString());
        Assert.Equal("+10889-08-02T05:31:50.655065535Z", HybridTimestamp.MaxValue.ToString());
    }

    [Fact]
    public void every_timestamp_reads_back_from_its_text() => Seeds.Each(20_000, random =>
    {
        var value = new HybridTimestamp((ulong)random.NextInt64() >> random.Next(20));
        var text = value.ToString();
        Assert.Equal(value, HybridTimestamp.Parse(text));
        Assert.True(HybridTimestamp.TryParse(Encoding.ASCII.GetBytes(text), out var fromBytes));
        Assert.Equal(value, fromBytes);
        if (value.Milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            var date = DateTimeOffset.FromUnixTimeMilliseconds(value.Milliseconds).ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);
            Assert.Equal(date, text[..23]);
        }
    });

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000000Z")]
    [InlineData("2026-01-02t03:04:05.1z", "2026-01-02T03:04:05.100000000Z")]
    [InlineData("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123065535Z")]
    [InlineData("2026-01-02T03:04:05.12301Z", "2026-01-02T03:04:05.123010000Z")]
    [InlineData("2026-01-02T03:04:05.1230000179999Z", "2026-01-02T03:04:05.123000017Z")]
    [InlineData("2026-01-02T05:34:05.123000017+02:30", "2026-01-02T03:04:05.123000017Z")]
    [InlineData("2026-01-01T22:04:05-05:00", "2026-01-02T03:04:05.000000000Z")]
    [InlineData("2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000000000Z")]
    [InlineData("1969-12-31T23:59:59Z", "1970-01-01T00:00:00.000000000Z")]
    [InlineData("0000-01-01T00:00:00Z", "1970-01-01T00:00:00.000000000Z")]
    [InlineData("+99999-01-01T00:00:00Z", "+10889-08-02T05:31:50.655065535Z")]
    public void instants_are_read_as_rfc_3339_writes_them(string text, string expected) =>
        Assert.Equal(expected, HybridTimestamp.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("2026-01-02")]
    [InlineData("2026-01-02T03:04:05")]
    [InlineData("2026-01-02T03:04:05.Z")]
    [InlineData("2026-01-02 03:04:05Z")]
    [InlineData("2026-13-02T03:04:05Z")]
    [InlineData("2026-02-29T03:04:05Z")]
    [InlineData("2026-00-10T03:04:05Z")]
    [InlineData("2026-01-00T03:04:05Z")]
    [InlineData("2026-01-02T24:00:00Z")]
    [InlineData("2026-01-02T03:60:05Z")]
    [InlineData("2026-01-02T03:04:60Z")]
    [InlineData("2026-01-02T03:04:05+2:30")]
    [InlineData("2026-01-02T03:04:05+24:00")]
    [InlineData("2026-01-02T03:04:05Zx")]
    [InlineData("2026-01-02T03:04:05.12\u0663Z")]
    public void what_is_not_an_instant_is_refused(string text)
    {
        Assert.False(HybridTimestamp.TryParse(text, out _));
        Assert.Equal("invalid_instant", Assert.Throws<TemporalException>(() => HybridTimestamp.Parse(text)).Code);
    }

    [Fact]
    public void any_text_at_all_is_read_or_refused() => Seeds.Each(100, random =>
    {
        Span<byte> text = stackalloc byte[40];
        for (var i = 0; i < 200; i++)
        {
            Example.TryFormat(text, out var length);
            for (var damage = random.Next(4); damage > 0; damage--)
            {
                text[random.Next(length)] = (byte)random.Next(256);
            }

            HybridTimestamp.TryParse(text[..random.Next(text.Length)], out _);
        }
    });

    [Fact]
    public void ticks_below_the_millisecond_are_the_counter()
    {
        var instant = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 123, TimeSpan.Zero).AddTicks(7);
        Assert.Equal(700, HybridTimestamp.FromDateTimeOffset(instant).Counter);
        Assert.Equal(instant, HybridTimestamp.FromDateTimeOffset(instant).ToDateTimeOffset());
        Assert.Equal(ushort.MaxValue, HybridTimestamp.FromDateTimeOffset(instant.AddTicks(5000)).Counter);
        Assert.Equal(HybridTimestamp.Zero, HybridTimestamp.FromDateTimeOffset(DateTimeOffset.MinValue));
        Assert.Equal(DateTimeOffset.MaxValue, HybridTimestamp.MaxValue.ToDateTimeOffset());
    }

    [Fact]
    public void texts_sort_as_times_do() => Seeds.Each(1000, random =>
    {
        var left = new HybridTimestamp((ulong)random.NextInt64() >> 10);
        var right = new HybridTimestamp((ulong)random.NextInt64() >> 10);
        Assert.Equal(Math.Sign(left.CompareTo(right)), Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString())));
        Assert.Equal(left < right, left.Value < right.Value);
    });
}
