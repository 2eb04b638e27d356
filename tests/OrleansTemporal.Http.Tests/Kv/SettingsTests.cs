using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>Settings of a namespace.</summary>
public sealed class SettingsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task settings_go_in_as_they_come_out()
    {
        const string path = "/v1/default/kv/set/_settings";
        var defaults = await server.ExpectAsync(200, "GET", path);
        Assert.Equal("""{"partitions":1,"ttl":null,"indexes":[],"durability":"durable","dataKey":"inherit","dataKeys":{}}""", defaults.Text);
        var put = await server.ExpectAsync(201, "PUT", path, """{"partitions":4,"ttl":"90m","indexes":[],"durability":"buffered"}""");
        Assert.Equal(put["root"], put.Header("x-ot-root"));
        Assert.StartsWith("catalog/default/", put["agent"], StringComparison.Ordinal);
        var get = await server.ExpectAsync(200, "GET", path);
        Assert.Equal("""{"partitions":4,"ttl":"90m","indexes":[],"durability":"buffered","dataKey":"inherit","dataKeys":{}}""", get.Text);
        await server.ExpectAsync(200, "PUT", path, get.Text.Replace("buffered", "durable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task another_number_of_partitions_splits_and_merges_them()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/moving/a", "1");
        foreach (var partitions in new[] { 5, 2, 1 })
        {
            await server.ExpectAsync(200, "PUT", "/v1/default/kv/moving/_settings", $$"""{"partitions":{{partitions}}}""");
            var get = await server.ExpectAsync(200, "GET", "/v1/default/kv/moving/_settings");
            Assert.Equal($"{partitions}", get["partitions"]);
            await server.ExpectAsync(200, "PUT", "/v1/default/kv/moving/a", $"{partitions}");
        }

        var history = await server.ExpectAsync(200, "GET", "/v1/default/kv/moving/a/history");
        Assert.Equal(4, System.Text.Json.JsonDocument.Parse(history.Text).RootElement.GetProperty("value").GetArrayLength());
    }

    [Fact]
    public async Task receipts_of_a_buffered_namespace_say_so()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/buffered/_settings", """{"durability":"buffered"}""");
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/kv/buffered/a", "1");
        Assert.Equal("buffered", put["durability"]);
        Assert.Null((await server.ExpectAsync(201, "PUT", "/v1/default/kv/durable/a", "1"))["durability"]);
    }

    [Theory]
    [InlineData("{\"partitions\":0}", "partitions")]
    [InlineData("{\"partitions\":257}", "partitions")]
    [InlineData("{\"partitions\":1.5}", "partitions")]
    [InlineData("{\"partitions\":\"1\"}", "partitions")]
    [InlineData("{\"durability\":\"none\"}", "durability")]
    [InlineData("{\"durability\":1}", "durability")]
    [InlineData("{\"ttl\":\"1 h\"}", "ttl")]
    [InlineData("{\"ttl\":\"0s\"}", "ttl")]
    [InlineData("{\"ttl\":\"36501d\"}", "ttl")]
    [InlineData("{\"ttl\":3600}", "ttl")]
    [InlineData("{\"indexes\":{\"field\":\"a\"}}", "indexes")]
    [InlineData("{\"indexes\":[\"a\"]}", "indexes[0]")]
    [InlineData("{\"colour\":1}", "colour")]
    [InlineData("[]", "body")]
    public async Task settings_that_can_not_be_are_refused(string body, string field)
    {
        var answer = await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/kv/badset/_settings", body);
        Assert.Equal(field, answer["field"]);
    }

    [Fact]
    public async Task settings_that_are_not_json_are_malformed() =>
        await server.ExpectProblemAsync(400, "malformed_json", "PUT", "/v1/default/kv/badset/_settings", "{");
}
