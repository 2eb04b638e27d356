using OrleansTemporal.Import;

namespace OrleansTemporal.Cli.Tests.Import;

public class CsvRowReaderTests
{
    [Theory]
    [InlineData("a,b\r\n1,x\r\n", "2:{\"a\":1,\"b\":\"x\"}")]
    [InlineData("a,b\n1,x", "2:{\"a\":1,\"b\":\"x\"}")]
    [InlineData("a,b\r1,x\r2,y", "2:{\"a\":1,\"b\":\"x\"} 3:{\"a\":2,\"b\":\"y\"}")]
    [InlineData("\uFEFFa\n1\n", "2:{\"a\":1}")]
    [InlineData("a,b\n,\n", "2:{\"a\":\"\",\"b\":\"\"}")]
    [InlineData("a,b\n\n\n1,2\n\n", "4:{\"a\":1,\"b\":2}")]
    [InlineData("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "2:{\"a\":\"x, y\",\"b\":\"say \\\"hi\\\"\"}")]
    [InlineData("a,b\n\"two\r\nlines\",1\n2,3\n", "2:{\"a\":\"two\\r\\nlines\",\"b\":1} 4:{\"a\":2,\"b\":3}")]
    [InlineData("a,b\n\"\",\"1\"\n", "2:{\"a\":\"\",\"b\":\"1\"}")]
    [InlineData("a\nthe \"Duke\"\n", "2:{\"a\":\"the \\\"Duke\\\"\"}")]
    [InlineData("\"a,b\",\"c\nd\"\n1,2\n", "3:{\"a,b\":1,\"c\\nd\":2}")]
    [InlineData("a, b\n 1,2 \n", "2:{\"a\":\" 1\",\" b\":\"2 \"}")]
    [InlineData("名,é\nä,𝄞\n", "2:{\"名\":\"ä\",\"é\":\"\\uD834\\uDD1E\"}")]
    [InlineData("a,b\n1\n1,2,3\n4,5\n", "2:1 fields, the header has 2 3:3 fields, the header has 2 4:{\"a\":4,\"b\":5}")]
    [InlineData("a\n\"x\"y\nz\n", "2:text behind the closing quote of field 1; a quote within quotes is written twice 3:{\"a\":\"z\"}")]
    [InlineData("", "")]
    [InlineData("a,b\n", "")]
    public async Task records_become_objects(string text, string expected)
    {
        foreach (var bytesPerRead in new[] { 1, 2, int.MaxValue })
            Assert.Equal(expected, string.Join(' ', await Rows.ReadAsync(ImportFormat.Csv, text, bytesPerRead)));
    }

    [Theory]
    [InlineData("a\n1\n\"never closed\n\n", 3)]
    [InlineData("a,a\n1,2\n", 1)]
    [InlineData("\"a\"b\n1\n", 1)]
    public async Task a_broken_file_is_told_with_its_line(string text, int line)
    {
        var error = await Assert.ThrowsAsync<MalformedInputException>(() => Rows.ReadAsync(ImportFormat.Csv, text));
        Assert.StartsWith($"Line {line}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("-1", true)]
    [InlineData("12.5", true)]
    [InlineData("0.000001", true)]
    [InlineData("9007199254740993", true)]
    [InlineData("-0", false)]
    [InlineData("007", false)]
    [InlineData("1.0", false)]
    [InlineData("1.50", false)]
    [InlineData("1e3", false)]
    [InlineData("1E3", false)]
    [InlineData(".5", false)]
    [InlineData("5.", false)]
    [InlineData("+1", false)]
    [InlineData("1,000", false)]
    [InlineData("2024-01-31", false)]
    [InlineData("-", false)]
    [InlineData("", false)]
    [InlineData("NaN", false)]
    [InlineData("true", false)]
    [InlineData("٣", false)]
    public void only_numbers_that_come_back_exactly_are_numbers(string text, bool expected) =>
        Assert.Equal(expected, CsvNumbers.RoundTrips(text));
}
