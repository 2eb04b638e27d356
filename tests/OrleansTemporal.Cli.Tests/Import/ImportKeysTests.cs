using System.Text;
using OrleansTemporal.Import;

namespace OrleansTemporal.Cli.Tests.Import;

public class ImportKeysTests
{
    [Theory]
    [InlineData("id", "{\"id\":\"a\"}", "a")]
    [InlineData("id", "{\"id\":1.50}", "1.50")]
    [InlineData("id", "{\"id\":true}", "true")]
    [InlineData("p.id", "{\"p\":{\"id\":\"x/y\"}}", "x/y")]
    [InlineData("p.id", "{\"p.id\":\"flat\",\"p\":{\"id\":\"nested\"}}", "flat")]
    [InlineData(null, "[]", "1")]
    public void the_field_names_the_key(string? field, string row, string expected) =>
        Assert.Equal(expected, Take(new ImportKeys(field, null), row).Key);

    [Theory]
    [InlineData("{}", "no field 'p.id'")]
    [InlineData("[1]", "no field 'p.id'")]
    [InlineData("{\"p\":3}", "no field 'p.id'")]
    [InlineData("{\"p\":{\"id\":null}}", "field 'p.id' is null, a key is text or a number")]
    [InlineData("{\"p\":{\"id\":{}}}", "field 'p.id' is an object, a key is text or a number")]
    [InlineData("{\"p\":{\"id\":\"\"}}", "'' is no key: 1 to 1024 bytes, not '.' or '..'")]
    [InlineData("{\"p\":{\"id\":\"..\"}}", "'..' is no key: 1 to 1024 bytes, not '.' or '..'")]
    [InlineData("{\"p\":{\"id\":\"\\ud800\"}}", "a string that is no valid Unicode")]
    [InlineData("{", "no JSON: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.")]
    public void a_row_without_a_key_is_refused(string row, string reason) =>
        Assert.Equal(reason, Take(new ImportKeys("p.id", null), row).Refusal);

    [Fact]
    public void the_first_row_with_a_key_wins()
    {
        var keys = new ImportKeys("id", null);
        Assert.Null(Take(keys, "{\"id\":\"1\"}").Refusal);
        Assert.Equal("key '1' came before", Take(keys, "{\"id\":1}").Refusal);
    }

    [Fact]
    public void rows_are_numbered_with_the_refused_ones()
    {
        var keys = new ImportKeys(null, null);
        Assert.Equal("1", Take(keys, "1").Key);
        Assert.NotNull(Take(keys, "{").Refusal);
        Assert.Equal("3", Take(keys, "1").Key);
    }

    [Fact]
    public void a_part_of_the_row_can_be_the_value()
    {
        var (operation, _) = new ImportKeys("key", "value").Take(new ImportRow(1, "{\"key\":\"a\",\"value\":{\"x\":1.0}}"u8.ToArray(), null));
        Assert.Equal("{\"x\":1.0}", Encoding.UTF8.GetString(operation!.Value.Span));
    }

    private static (string? Key, string? Refusal) Take(ImportKeys keys, string row)
    {
        var (operation, refusal) = keys.Take(new ImportRow(1, Encoding.UTF8.GetBytes(row), null));
        return (operation?.Key, refusal);
    }
}
