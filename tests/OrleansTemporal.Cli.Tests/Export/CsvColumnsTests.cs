using System.Text;
using OrleansTemporal.Cli.Tests.Import;
using OrleansTemporal.Export;
using OrleansTemporal.Import;

namespace OrleansTemporal.Cli.Tests.Export;

public class CsvColumnsTests
{
    [Fact]
    public void every_field_of_every_row_has_a_column()
    {
        var csv = Write(("a", "{\"x\":1,\"y\":[1,\"b\"]}"), ("b,c", "{\"z\":\"say \\\"hi\\\"\",\"x\":null}"), ("d", "7"));
        Assert.Equal("_key,x,y,z,_value\r\na,1,\"[1,\"\"b\"\"]\",,\r\n\"b,c\",,,\"say \"\"hi\"\"\",\r\nd,,,,7\r\n", csv);
    }

    [Fact]
    public async Task what_is_exported_is_imported_again()
    {
        var csv = Write(("a", "{\"n\":12.5,\"t\":\"12.5\",\"q\":\"a,\\\"b\\\"\\n\",\"e\":\"\"}"));
        Assert.Equal(["2:{\"_key\":\"a\",\"n\":12.5,\"t\":\"12.5\",\"q\":\"a,\\\"b\\\"\\n\",\"e\":\"\"}"], await Rows.ReadAsync(ImportFormat.Csv, csv));
    }

    private static string Write(params (string Key, string Json)[] rows)
    {
        var columns = new CsvColumns();
        foreach (var (_, json) in rows)
            columns.Add(Encoding.UTF8.GetBytes(json));
        return columns.Header() + string.Concat(rows.Select(row => columns.Record(row.Key, Encoding.UTF8.GetBytes(row.Json))));
    }
}
