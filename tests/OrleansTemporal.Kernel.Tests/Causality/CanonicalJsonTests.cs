using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class CanonicalJsonTests
{
    // RFC 8785, appendix B, as far as JSON can write the numbers, and what goes beyond doubles.
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("0e99999999999999999999", "0")]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("1e0", "1")]
    [InlineData("100e-2", "1")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("-5e-324", "-5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("295147905179352830000", "295147905179352830000")]
    [InlineData("9.999999999999997e22", "9.999999999999997e+22")]
    [InlineData("1e23", "1e+23")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("999999999999999900000", "999999999999999900000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("333333333.33333329", "333333333.33333329")]
    [InlineData("-0.0000033333333333333333", "-0.0000033333333333333333")]
    [InlineData("0.1000000000000000055511151", "0.1000000000000000055511151")]
    [InlineData("1e400", "1e+400")]
    [InlineData("1e+999999999", "1e+999999999")]
    [InlineData("123456789012345678901234567890", "1.2345678901234567890123456789e+29")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    public void each_decimal_value_has_one_text(string number, string canonical)
    {
        Assert.Equal(canonical, Canonicalize(number));
        Assert.Equal("[" + canonical + "," + canonical + "]", Canonicalize(" [ " + number + " , " + number + " ] "));
    }

    [Fact]
    public void names_are_in_the_order_of_utf16_code_units()
    {
        // RFC 8785, section 3.2.3.
        const string Input = """
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """;
        const string Expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\","
            + "\"\u20ac\":\"Euro Sign\",\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}";
        Assert.Equal(Expected, Canonicalize(Input));
    }

    [Fact]
    public void strings_are_escaped_as_little_as_can_be()
    {
        Assert.Equal("\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"", Canonicalize("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\""));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("1e1000000000")]
    [InlineData("1e-99999999999999999999999")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("truE")]
    [InlineData("nul")]
    [InlineData("1 2")]
    [InlineData("\"\t\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\ud800\\u0041\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("\"abc")]
    [InlineData("\"abc\\")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"b\":2,\"\\u0061\":3}")]
    [InlineData("// no\n1")]
    [InlineData("\ufeff1")]
    public void what_is_not_json_is_refused(string text)
    {
        var refusal = Assert.Throws<TemporalException>(() => Canonicalize(text));
        Assert.Equal((ErrorKind.Invalid, "malformed_json"), (refusal.Kind, refusal.Code));
        Assert.Contains("at byte", refusal.Message, StringComparison.Ordinal);
        Assert.False(CanonicalJson.IsCanonical(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xED, 0xA0, 0x80, (byte)'"' }, 1)]
    [InlineData(new byte[] { (byte)'"', (byte)'a', 0xFF, (byte)'"' }, 2)]
    [InlineData(new byte[] { (byte)'"', 0xC0, 0x80, (byte)'"' }, 1)]
    public void bytes_that_are_not_utf8_are_refused_where_they_stand(byte[] json, int at)
    {
        var refusal = Assert.Throws<TemporalException>(() => CanonicalJson.Canonicalize(json));
        Assert.Contains($"at byte {at}:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_second_name_is_refused_where_it_stands()
    {
        var refusal = Assert.Throws<TemporalException>(() => Canonicalize("{\"b\":1,\"a\":2,\"b\":3}"));
        Assert.Contains("at byte 13:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void sixty_four_levels_are_allowed_and_no_more()
    {
        var allowed = new string('[', Limits.JsonDepthMax) + new string(']', Limits.JsonDepthMax);
        Assert.Equal(allowed, Canonicalize(allowed));
        Assert.Throws<TemporalException>(() => Canonicalize("[" + allowed + "]"));
    }

    [Fact]
    public void many_short_exponents_outgrow_their_buffer_and_stay_right()
    {
        var input = "[" + string.Join(',', Enumerable.Repeat("1e20", 5000)) + "]";
        var expected = "[" + string.Join(',', Enumerable.Repeat("100000000000000000000", 5000)) + "]";
        Assert.Equal(expected, Canonicalize(input));
        var writer = new ArrayBufferWriter<byte>();
        CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(input), writer);
        Assert.Equal(expected, Encoding.UTF8.GetString(writer.WrittenSpan));
    }

    [Fact]
    public void every_spelling_of_a_document_has_the_form_that_the_oracle_gives() => Seeds.Each(20_000, random =>
    {
        var utf8 = Encoding.UTF8.GetBytes(new JsonGenerator(random).Document());
        Compare(utf8);
    });

    [Fact]
    public void every_spelling_of_a_number_has_the_form_that_the_oracle_gives() => Seeds.Each(20_000, random =>
    {
        var number = new JsonGenerator(random).Number();
        Assert.Equal(JsonOracle.Number(number), Canonicalize(number));
    });

    [Fact]
    public void a_damaged_document_is_refused_or_read_as_the_oracle_reads_it() => Seeds.Each(20_000, random =>
    {
        var utf8 = Encoding.UTF8.GetBytes(new JsonGenerator(random).Document());
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            utf8[random.Next(utf8.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : "{}[]\",:\\019.eE-+ utfn"u8[random.Next(21)];
        }

        Compare(utf8);
    });

    [Fact]
    public void any_bytes_at_all_are_refused_or_read() => Seeds.Each(100, random =>
    {
        // 100,000 inputs, a million in long campaigns.
        var bytes = new byte[64];
        for (var i = 0; i < 1000; i++)
        {
            var input = bytes.AsSpan(0, random.Next(bytes.Length));
            for (var at = 0; at < input.Length; at++)
            {
                input[at] = random.Next(4) == 0 ? (byte)random.Next(256) : "{}[]\",:\\019.eE-+ utrnlfas"u8[random.Next(25)];
            }

            Compare(input);
        }
    });

    internal static string Canonicalize(string json) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json)));

    private static void Compare(ReadOnlySpan<byte> utf8)
    {
        var expected = JsonOracle.Canonicalize(utf8);
        byte[] canonical;
        try
        {
            canonical = CanonicalJson.Canonicalize(utf8);
        }
        catch (TemporalException refusal)
        {
            Assert.Equal("malformed_json", refusal.Code);
            Assert.True(expected is null, refusal.Message + " " + Encoding.UTF8.GetString(utf8));
            return;
        }

        Assert.Equal(expected, Encoding.UTF8.GetString(canonical));
        Assert.Equal(canonical, CanonicalJson.Canonicalize(canonical));
        Assert.True(CanonicalJson.IsCanonical(canonical));
        Assert.Equal(utf8.SequenceEqual(canonical), CanonicalJson.IsCanonical(utf8));
    }
}
