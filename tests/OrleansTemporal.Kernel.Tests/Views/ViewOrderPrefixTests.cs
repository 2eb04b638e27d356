using System.Buffers;
using System.Globalization;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;
using OrleansTemporal.Views;

namespace OrleansTemporal.Kernel.Tests.Views;

public class ViewOrderPrefixTests
{
    private static readonly string[] Others = ["", "null", "true", "false", "0", "-0", "\"\"", "\"a\"", "\"ab\\u0000c\"", "\"zebra crossing\"", "[]", "{}", "[1]", "1e-400", "-1e-400", "1e400", "-1e400", "1e127", "1e128", "-1e129"];

    // Goal: two orders whose prefixes differ compare as their prefixes do, whatever their columns are, up and down, beginnings
    // of orders included.
    [Fact]
    public void prefixes_that_differ_compare_as_their_orders_do() => Seeds.Each(200, random =>
    {
        bool[] descends = [random.Next(2) == 0, random.Next(2) == 0];
        var orders = Enumerable.Range(0, 60).Select(_ => Order(random, descends)).ToList();
        orders.AddRange(orders.Where(static order => order.Length > 0).Select(order => order[..random.Next(order.Length)]).ToList());
        foreach (var left in orders)
        {
            foreach (var right in orders)
            {
                var byPrefix = ViewOrderPrefix.Of(left).CompareTo(ViewOrderPrefix.Of(right));
                Assert.True(
                    byPrefix == 0 || byPrefix == Math.Sign(left.AsSpan().SequenceCompareTo(right)),
                    $"{Convert.ToHexString(left)} and {Convert.ToHexString(right)}");
            }
        }
    });

    // Goal: numbers of twelve digits are told apart without a look into their rows, and so are neighbours of any magnitude.
    [Theory]
    [InlineData("123456789012", "123456789013")]
    [InlineData("999999", "1000000")]
    [InlineData("0.00012", "0.00013")]
    [InlineData("-2", "-1")]
    [InlineData("-1", "1")]
    [InlineData("1e-100", "1e-99")]
    public void numbers_of_twelve_digits_have_different_prefixes(string less, string more)
    {
        Assert.True(ViewOrderPrefix.Of(Encode(less, descending: false)) < ViewOrderPrefix.Of(Encode(more, descending: false)));
        Assert.True(ViewOrderPrefix.Of(Encode(less, descending: true)) > ViewOrderPrefix.Of(Encode(more, descending: true)));
    }

    private static byte[] Order(Random random, bool[] descends) => [.. descends.SelectMany(descending => Encode(Value(random), descending))];

    private static string Value(Random random) => random.Next(6) switch
    {
        0 => Others[random.Next(Others.Length)],
        1 => random.Next(-50, 50).ToString(CultureInfo.InvariantCulture),
        2 => (random.Next(-5_000, 5_000) / 1_000m).ToString(CultureInfo.InvariantCulture),
        3 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        4 => ((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-140, 140))).ToString("R", CultureInfo.InvariantCulture),
        _ => $"\"{(char)random.Next('a', 'e')}{random.Next(3)}\"",
    };

    private static byte[] Encode(string json, bool descending)
    {
        var writer = new ArrayBufferWriter<byte>();
        ValueOrder.Append(json.Length == 0 ? [] : CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json)), descending, writer);
        return writer.WrittenSpan.ToArray();
    }
}
