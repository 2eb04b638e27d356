using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kernel.Tests.Queries;

/// <summary>Orders, sums and groups against plain computations over parsed values.</summary>
public class AggregateTests
{
    // Goal: bytes of an order compare as the values do, in both directions and in several columns.
    [Fact]
    public void ordered_bytes_compare_as_values_do() => Seeds.Each(3_000, random =>
    {
        var generator = new QueryGenerator(random);
        for (var i = 0; i < 8; i++)
        {
            byte[][] values = [.. Enumerable.Range(0, 4).Select(_ => generator.Document(random.Next(2)))];
            var expected = Sign(Order(values[0], values[2]));
            Assert.Equal(expected, Sign(ValueOrder.Compare(values[0], values[2])));
            Assert.Equal(expected, Sign(Bytes((values[0], false)).SequenceCompareTo(Bytes((values[2], false)))));
            Assert.Equal(-expected, Sign(Bytes((values[0], true)).SequenceCompareTo(Bytes((values[2], true)))));
            var columns = expected != 0 ? expected : -Sign(Order(values[1], values[3]));
            Assert.Equal(columns, Sign(Bytes((values[0], false), (values[1], true)).SequenceCompareTo(Bytes((values[2], false), (values[3], true)))));
        }
    });

    [Fact]
    public void missing_comes_before_null_and_null_before_everything()
    {
        string[] inOrder = ["", "null", "false", "true", "-1e400", "-1.5", "-1", "0", "0.5", "1", "1.5", "9007199254740992", "9007199254740993", "1e400", "\"\"", "\"\\u0000\"", "\"\\u0000a\"", "\"\\n\"", "\"a\"", "\"\uE000\"", "\"😀\"", "[1]", "[]", "{\"a\":1}", "{}"];
        for (var i = 0; i < inOrder.Length; i++)
        {
            for (var j = 0; j < inOrder.Length; j++)
            {
                var (left, right) = (Encoding.UTF8.GetBytes(inOrder[i]), Encoding.UTF8.GetBytes(inOrder[j]));
                Assert.Equal(i.CompareTo(j), Sign(ValueOrder.Compare(left, right)));
                Assert.Equal(i.CompareTo(j), Sign(Bytes((left, false)).SequenceCompareTo(Bytes((right, false)))));
            }
        }
    }

    // Goal: sums are exact whatever the numbers and the split; means are rounded once, half to even, to 34 digits.
    [Fact]
    public void sums_are_exact_and_means_rounded_once() => Seeds.Each(1_000, random =>
    {
        var generator = new QueryGenerator(random);
        var numbers = Enumerable.Range(0, random.Next(1, 40)).Select(_ => generator.Number()).ToList();
        var least = numbers.Min(number => FilterOracle.Decimal(number).Exponent);
        var total = numbers.Aggregate(BigInteger.Zero, (sum, number) => sum + (FilterOracle.Decimal(number).Digits * BigInteger.Pow(10, FilterOracle.Decimal(number).Exponent - least)));

        var aggregates = ImmutableArray.Create(new AggregateField("s", AggregateKind.Sum, "n"), new AggregateField("m", AggregateKind.Avg, "n"));
        GroupTable[] parts = [.. Enumerable.Range(0, 3).Select(_ => new GroupTable([], aggregates, new QueryMemory()))];
        foreach (var number in numbers)
        {
            parts[random.Next(3)].Add(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes($$"""{"n":{{number}}}""")));
        }

        var whole = new GroupTable([], aggregates, new QueryMemory());
        foreach (var state in parts.SelectMany(part => part.ToStates()))
        {
            whole.Add(state);
        }

        using var row = JsonDocument.Parse(whole.ToRows().Single());
        Assert.Equal(Canonical(total, least), row.RootElement.GetProperty("s").GetRawText());
        Assert.Equal(Mean(total, least, numbers.Count), row.RootElement.GetProperty("m").GetRawText());
    });

    [Theory]
    [InlineData("1", "1", "2", "1.333333333333333333333333333333333")]
    [InlineData("2", "2", "1", "1.666666666666666666666666666666667")]
    [InlineData("0.1", "0.2", "0.3", "0.2")]
    [InlineData("-1", "-1", "-2", "-1.333333333333333333333333333333333")]
    public void a_mean_has_34_digits(string first, string second, string third, string mean)
    {
        var table = new GroupTable([], [new AggregateField("m", AggregateKind.Avg, "$")], new QueryMemory());
        foreach (var number in new[] { first, second, third })
        {
            table.Add(Encoding.UTF8.GetBytes(number));
        }

        Assert.Equal($$"""{"m":{{mean}}}""", Encoding.UTF8.GetString(table.ToRows().Single()));
    }

    // Goal: groups made in parts and put together are those of a dictionary over parsed values.
    [Fact]
    public void groups_in_parts_are_those_of_a_dictionary() => Seeds.Each(500, random =>
    {
        var generator = new QueryGenerator(random);
        var documents = Enumerable.Range(0, 40).Select(_ => CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(
            random.Next(10) == 0 ? """{"n":null}""" : $$"""{"g":{{random.Next(4)}},"n":{{(random.Next(6) == 0 ? "\"x\"" : generator.Number())}}}"""))).ToList();
        var aggregates = ImmutableArray.Create(
            new AggregateField("all", AggregateKind.Count, "*"), new AggregateField("some", AggregateKind.Count, "n"),
            new AggregateField("least", AggregateKind.Min, "n"), new AggregateField("most", AggregateKind.Max, "n"), new AggregateField("different", AggregateKind.Distinct, "n"));
        var whole = new GroupTable(["g"], aggregates, new QueryMemory());
        foreach (var part in documents.Chunk(random.Next(1, 40)))
        {
            var table = new GroupTable(["g"], aggregates, new QueryMemory());
            foreach (var document in part)
            {
                table.Add(document);
            }

            foreach (var state in table.ToStates())
            {
                whole.Add(state);
            }
        }

        var expected = documents.Select(document => JsonDocument.Parse(document).RootElement)
            .GroupBy(document => document.TryGetProperty("g", out var g) ? g.GetInt32() : -1).OrderBy(group => group.Key)
            .Select(group =>
            {
                var values = group.Select(document => document.GetProperty("n")).Where(value => value.ValueKind != JsonValueKind.Null)
                    .Order(Comparer<JsonElement>.Create(FilterOracle.Order)).ToList();
                var different = values.Select(value => value.GetRawText()).Distinct();
                return "{" + (group.Key < 0 ? "" : $"\"g\":{group.Key},") + $"\"all\":{group.Count()},\"some\":{values.Count},"
                    + $"\"least\":{(values.Count == 0 ? "null" : values[0].GetRawText())},\"most\":{(values.Count == 0 ? "null" : values[^1].GetRawText())},\"different\":[{string.Join(',', different)}]}}";
            });
        Assert.Equal(expected, whole.ToRows().Select(Encoding.UTF8.GetString));
    });

    [Fact]
    public void limits_of_groups_and_sums_are_reached()
    {
        var groups = new GroupTable(["$"], [], new QueryMemory());
        for (var i = 0; i < Limits.QueryGroupsMax; i++)
        {
            groups.Add(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
        }

        AssertTooLarge(Limits.QueryGroupsMax, () => groups.Add("\"one more\""u8));

        var distinct = new GroupTable([], [new AggregateField("d", AggregateKind.Distinct, "$")], new QueryMemory());
        for (var i = 0; i < Limits.QueryDistinctMax; i++)
        {
            distinct.Add(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
        }

        AssertTooLarge(Limits.QueryDistinctMax, () => distinct.Add("\"one more\""u8));

        var wide = new GroupTable(["$"], [], new QueryMemory());
        var large = Encoding.UTF8.GetBytes("\"" + new string('x', 1_000_000));
        AssertTooLarge(Limits.QueryMemoryBytesMax, () =>
        {
            for (var i = 0; i < 100; i++)
            {
                wide.Add([.. large, (byte)('0' + (i / 10)), (byte)('0' + (i % 10)), (byte)'"']);
            }
        });

        var sum = new GroupTable([], [new AggregateField("s", AggregateKind.Sum, "$")], new QueryMemory());
        sum.Add("1e+999"u8);
        sum.Add("1e-1000"u8);
        Assert.Equal((long?)Limits.SumDigitsMax, Assert.Throws<TemporalException>(() => sum.Add("1e-1001"u8)).Limit);
        Assert.Equal((long?)Limits.SumDigitsMax, Assert.Throws<TemporalException>(() => sum.Add("1e+1000"u8)).Limit);
    }

    [Fact]
    public void top_rows_are_the_first_of_all_rows_sorted() => Seeds.Each(300, random =>
    {
        var countMax = random.Next(1, 20);
        var top = new TopRows<int>(countMax);
        var orders = Enumerable.Range(0, random.Next(100)).OrderBy(_ => random.Next()).ToList();
        foreach (var order in orders)
        {
            byte[] bytes = [(byte)order];
            if (top.Welcomes(bytes))
            {
                top.Add(order, bytes, out _);
            }
        }

        Assert.Equal(orders.Order().Take(countMax), top.Drain());
    });

    private static void AssertTooLarge(int limit, Action act)
    {
        var refusal = Assert.Throws<TemporalException>(act);
        Assert.Equal((ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, (long?)limit), (refusal.Kind, refusal.Code, refusal.Limit));
    }

    private static string Canonical(BigInteger digits, int exponent) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes($"{digits}e{exponent}")));

    // By long division, one digit at a time.
    private static string Mean(BigInteger total, int exponent, int count)
    {
        var (rest, digits, used) = (BigInteger.Abs(total), BigInteger.Zero, 0);
        digits = BigInteger.DivRem(rest, count, out rest);
        while (digits.ToString(CultureInfo.InvariantCulture).TrimStart('0').Length < 60)
        {
            (digits, used) = ((digits * 10) + BigInteger.DivRem(rest * 10, count, out rest), used + 1);
            if (digits.IsZero && rest.IsZero)
            {
                return "0";
            }
        }

        while (digits.ToString(CultureInfo.InvariantCulture).Length > 34)
        {
            var cut = digits.ToString(CultureInfo.InvariantCulture).Length - 34;
            var unit = BigInteger.Pow(10, cut);
            var kept = BigInteger.DivRem(digits, unit, out var dropped);
            var up = (2 * dropped) > unit || (2 * dropped == unit && (!rest.IsZero || !kept.IsEven));
            (digits, used) = (kept + (up ? 1 : 0), used - cut);
        }

        return Canonical(total.Sign < 0 ? -digits : digits, exponent - used);
    }

    private static int Order(byte[] left, byte[] right) => FilterOracle.Order(JsonDocument.Parse(left).RootElement, JsonDocument.Parse(right).RootElement);

    private static int Sign(int order) => Math.Sign(order);

    private static Span<byte> Bytes(params ReadOnlySpan<(byte[] Value, bool Descending)> columns)
    {
        var writer = new ArrayBufferWriter<byte>();
        foreach (var (value, descending) in columns)
        {
            ValueOrder.Append(value, descending, writer);
        }

        return writer.WrittenSpan.ToArray();
    }
}
