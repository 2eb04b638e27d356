using OrleansTemporal.Import;

namespace OrleansTemporal.Cli.Tests.Import;

public class JsonRowReaderTests
{
    [Theory]
    [InlineData("[]", "")]
    [InlineData("[1,\"a\",null,true,[2],{\"b\":3}]", "1:1 1:\"a\" 1:null 1:true 1:[2] 1:{\"b\":3}")]
    [InlineData("\uFEFF\n[ {\"a\":1},\n\n {\"a\":\n2}\n,{\"a\":3}]\n", "2:{\"a\":1} 4:{\"a\":\n2} 6:{\"a\":3}")]
    [InlineData("[{\"a\":\"]},{\"},{\"b\":\"\\\"\"}]", "1:{\"a\":\"]},{\"} 1:{\"b\":\"\\\"\"}")]
    [InlineData("{\"type\":\"FeatureCollection\",\"features\":[{\"id\":1},\n{\"id\":2}],\"bbox\":[1,2]}", "1:{\"id\":1} 2:{\"id\":2}")]
    [InlineData("{\"features\":[{\"id\":1}],\"type\":\"FeatureCollection\"}", "1:{\"id\":1}")]
    [InlineData("{\"metadata\":{\"features\":[9]},\"features\":[]}", "")]
    [InlineData("[12345678901234567890.123456789, 1e400]", "1:12345678901234567890.123456789 1:1e400")]
    public async Task elements_come_one_by_one_with_their_lines(string text, string expected)
    {
        foreach (var bytesPerRead in new[] { 1, 2, 3, 7, int.MaxValue })
            Assert.Equal(expected, string.Join(' ', await Rows.ReadAsync(ImportFormat.Json, text, bytesPerRead)));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("[1,", 1)]
    [InlineData("[1,\n2", 2)]
    [InlineData("[1]\n[2]", 2)]
    [InlineData("[1]x", 1)]
    [InlineData("[1,\n{\"a\":}]", 2)]
    [InlineData("{\"a\":1}", 1)]
    [InlineData("{\"features\":[1]", 1)]
    [InlineData("{\"features\":{}}", 1)]
    [InlineData("3", 1)]
    [InlineData("[NaN]", 1)]
    public async Task a_broken_file_is_told_with_its_line(string text, int line)
    {
        foreach (var bytesPerRead in new[] { 1, int.MaxValue })
        {
            var error = await Assert.ThrowsAsync<MalformedInputException>(() => Rows.ReadAsync(ImportFormat.Json, text, bytesPerRead));
            Assert.StartsWith($"Line {line}: ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task a_row_may_be_larger_than_the_first_buffer()
    {
        var large = "\"" + new string('x', 1_000_000) + "\"";
        var rows = await Rows.ReadAsync(ImportFormat.Json, $"[{large},{large}]");
        Assert.Equal([$"1:{large}", $"1:{large}"], rows);
    }

    [Fact]
    public async Task lines_of_ndjson_come_one_by_one()
    {
        const string Text = "\uFEFF{\"a\":1}\r\n\r\n  [2] \n\"last\"";
        foreach (var bytesPerRead in new[] { 1, int.MaxValue })
            Assert.Equal(["1:{\"a\":1}", "3:[2]", "4:\"last\""], await Rows.ReadAsync(ImportFormat.Ndjson, Text, bytesPerRead));
    }
}
