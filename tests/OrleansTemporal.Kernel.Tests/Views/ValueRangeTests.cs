using System.Buffers;
using System.Text;
using OrleansTemporal.Kernel.Tests.Queries;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kernel.Tests.Views;

public class ValueRangeTests
{
    // Goal: no value that meets a condition is outside of the range that stands for it.
    [Fact]
    public void what_meets_a_condition_is_within_its_range() => Seeds.Each(2_000, random =>
    {
        var generator = new QueryGenerator(random);
        for (var i = 0; i < 10; i++)
        {
            var (value, operand) = (generator.Document(random.Next(2)), generator.Document(0));
            foreach (var (name, range) in RangesOf(operand))
            {
                var filter = Filter.Parse(Encoding.UTF8.GetBytes($$"""{"{{name}}":{"field":"$","value":{{Encoding.UTF8.GetString(operand)}} } }"""));
                Assert.True(!filter.Matches(value) || Holds(range, value), $"{Encoding.UTF8.GetString(value)} {name} {Encoding.UTF8.GetString(operand)}");
            }
        }
    });

    [Theory]
    [InlineData("a", "\"a\"", true)]
    [InlineData("a", "\"ab\"", true)]
    [InlineData("a", "\"b\"", false)]
    [InlineData("a", "\"A\"", false)]
    [InlineData("a\0", "\"a\\u0000\"", true)]
    [InlineData("a\0", "\"a\\u0000b\"", true)]
    [InlineData("a\0", "\"a\"", false)]
    [InlineData("a", "1", false)]
    public void strings_that_begin_with_a_text_are_within_its_range(string prefix, string value, bool isWithin) =>
        Assert.Equal(isWithin, Holds(ValueRange.StartsWith(prefix), Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void two_ranges_together_hold_what_both_hold()
    {
        var range = ValueRange.AtLeast("3"u8).And(ValueRange.AtMost("5"u8));
        Assert.Equal([false, true, true, true, false], Enumerable.Range(2, 5).Select(i => Holds(range, Encoding.ASCII.GetBytes($"{i}"))));
        Assert.True(Holds(ValueRange.All.And(range), "4"u8));
    }

    private static IEnumerable<(string Name, ValueRange Range)> RangesOf(byte[] operand)
    {
        yield return ("eq", ValueRange.Equal(operand));
        if (operand[0] is (byte)'"' or (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
        {
            yield return ("gt", ValueRange.AtLeast(operand));
            yield return ("gte", ValueRange.AtLeast(operand));
            yield return ("lt", ValueRange.AtMost(operand));
            yield return ("lte", ValueRange.AtMost(operand));
        }
    }

    private static bool Holds(ValueRange range, ReadOnlySpan<byte> value)
    {
        var order = new ArrayBufferWriter<byte>();
        ValueOrder.Append(value, false, order);
        return order.WrittenSpan.SequenceCompareTo(range.From.Span) >= 0 && (range.To.IsEmpty || order.WrittenSpan.SequenceCompareTo(range.To.Span) < 0);
    }
}
