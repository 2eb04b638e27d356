using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Encryption;

/// <summary>Data keys over REST: settings, the list, rotation, and erasure by destroying them.</summary>
public sealed class DataKeyTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task values_of_an_encrypting_namespace_are_in_no_file_and_read_as_they_came()
    {
        const string secret = "Ada of Ockham, born 1815 in Marylebone";
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/sealed/_settings", """{"dataKey":"own"}""");
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/kv/sealed/ada", $$"""{"name":"{{secret}}"}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/open/ada", """{"name":"Charles of Lambeth, born 1791 in London"}""");

        Assert.Equal(secret, (await server.ExpectAsync(200, "GET", "/v1/default/kv/sealed/ada")).Json.GetProperty("value").GetProperty("name").GetString());
        Assert.NotNull(put["distinctionId"]);
        Assert.False(IsInAnyFile(secret));
        Assert.False(IsInAnyFile(put["distinctionId"]!));
        Assert.True(IsInAnyFile("Charles of Lambeth"));
    }

    [Fact]
    public async Task each_key_of_a_namespace_has_one_that_goes_with_it()
    {
        await server.ExpectAsync(201, "PUT", "/v1/each");
        await server.ExpectAsync(201, "PUT", "/v1/each/kv/patients/_settings", """{"dataKey":"each","dataKeys":{"p0":"none"}}""");
        for (var i = 0; i < 4; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/each/kv/patients/p{i}", "1");
        }

        Assert.Equal(["p1", "p2", "p3"], await KeysAsync("/v1/each/data-keys"));
        Assert.Equal(["p1", "p2", "p3"], await KeysAsync("/v1/each/data-keys?limit=1"));
        Assert.Equal(["p1", "p2", "p3"], await KeysAsync("/v1/each/data-keys?limit=2"));
        await server.ExpectAsync(200, "POST", "/v1/each/erasures", """{"kv":{"namespace":"patients","key":"p2"}}""");
        Assert.Equal(["p1", "p3"], await KeysAsync("/v1/each/data-keys"));
        await server.ExpectProblemAsync(410, "value_erased", "GET", "/v1/each/kv/patients/p2?asOf=3");
        await server.ExpectAsync(200, "GET", "/v1/each/kv/patients/p3");

        async Task<string[]> KeysAsync(string path)
        {
            var keys = new List<string>();
            for (string? next = path; next is not null;)
            {
                var page = await server.ExpectAsync(200, "GET", next);
                Assert.All(page.Rows, static row => Assert.Equal(("patients", 1, "active"), (row.GetProperty("namespace").GetString(), row.GetProperty("number").GetInt32(), row.GetProperty("state").GetString())));
                keys.AddRange(page.Rows.Select(static row => row.GetProperty("key").GetString()!));
                next = page["nextLink"];
            }

            return [.. keys];
        }
    }

    [Fact]
    public async Task another_key_encrypts_from_then_on_and_what_was_there_stays_readable()
    {
        await server.ExpectAsync(201, "PUT", "/v1/turning", """{"dataKey":"own"}""");
        await server.ExpectAsync(201, "PUT", "/v1/turning/kv/n/a", "1");
        var second = await server.ExpectAsync(201, "POST", "/v1/turning/data-keys");
        Assert.Equal("2", second["number"]);
        await server.ExpectAsync(201, "PUT", "/v1/turning/kv/n/b", "2");
        Assert.Equal([1, 2], (await server.ExpectAsync(200, "GET", "/v1/turning/data-keys")).Rows.Select(static row => row.GetProperty("number").GetInt32()));
        Assert.Equal("1", (await server.ExpectAsync(200, "GET", "/v1/turning/kv/n/a"))["value"]);
        Assert.Equal("2", (await server.ExpectAsync(200, "GET", "/v1/turning/kv/n/b"))["value"]);
        var own = await server.ExpectAsync(201, "POST", "/v1/turning/data-keys", """{"namespace":"n","key":"a"}""");
        Assert.Equal(("n", "a", "1"), (own["namespace"], own["key"], own["number"]));
    }

    [Fact]
    public async Task settings_that_say_nothing_of_data_keys_leave_them_as_they_are()
    {
        const string path = "/v1/default/kv/staying/_settings";
        await server.ExpectAsync(201, "PUT", path, """{"dataKey":"own","dataKeys":{"b":"none","a":"own"}}""");
        var changed = await server.ExpectAsync(200, "PUT", path, """{"ttl":"1h"}""");
        Assert.Equal("own", changed["dataKey"]);
        Assert.Equal("""{"a":"own","b":"none"}""", (await server.ExpectAsync(200, "GET", path)).Json.GetProperty("dataKeys").GetRawText());
        await server.ExpectAsync(200, "PUT", path, """{"dataKey":"inherit","dataKeys":{}}""");
        Assert.Equal("""{"partitions":1,"ttl":"1h","indexes":[],"durability":"durable","dataKey":"inherit","dataKeys":{}}""", (await server.ExpectAsync(200, "GET", path)).Text);

        await server.ExpectAsync(201, "PUT", "/v1/stays", """{"dataKey":"own"}""");
        Assert.Equal("own", (await server.ExpectAsync(200, "PUT", "/v1/stays", """{"durability":"buffered"}"""))["dataKey"]);
        Assert.Equal("none", (await server.ExpectAsync(200, "PUT", "/v1/stays", """{"dataKey":"none"}"""))["dataKey"]);
        Assert.Equal("none", (await server.ExpectAsync(200, "GET", "/v1/stays"))["dataKey"]);
    }

    [Theory]
    [InlineData("PUT", "/v1/default/kv/bad/_settings", "{\"dataKey\":\"mine\"}", "dataKey")]
    [InlineData("PUT", "/v1/default/kv/bad/_settings", "{\"dataKey\":true}", "dataKey")]
    [InlineData("PUT", "/v1/default/kv/bad/_settings", "{\"dataKeys\":[]}", "dataKeys")]
    [InlineData("PUT", "/v1/default/kv/bad/_settings", "{\"dataKeys\":{\"a\":\"each\"}}", "dataKeys")]
    [InlineData("PUT", "/v1/bad", "{\"dataKey\":\"each\"}", "dataKey")]
    [InlineData("PUT", "/v1/bad", "{\"dataKey\":\"inherit\"}", "dataKey")]
    [InlineData("POST", "/v1/default/data-keys", "{\"key\":\"a\"}", "namespace")]
    [InlineData("POST", "/v1/default/data-keys", "{\"scope\":\"a\"}", "scope")]
    public async Task what_can_not_be_is_refused(string method, string path, string body, string field)
    {
        var answer = await server.ExpectProblemAsync(422, "invalid_field", method, path, body);
        Assert.Equal(field, answer["field"]);
    }

    [Fact]
    public async Task places_and_workspaces_that_are_none_are_refused()
    {
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", "/v1/default/data-keys?cursor=x");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/nowhere/data-keys");
        await server.ExpectProblemAsync(404, "workspace_not_found", "POST", "/v1/nowhere/data-keys");
        await server.ExpectProblemAsync(422, "invalid_name", "POST", "/v1/default/data-keys", """{"namespace":"_n"}""");
    }

    private bool IsInAnyFile(string text) => Directory.EnumerateFiles(server.DataDirectory, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) != "lock").Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var bytes = copy.GetBuffer().AsSpan(0, (int)copy.Length);
        return bytes.IndexOf(Encoding.UTF8.GetBytes(text)) >= 0 || (text.Length == 64 && bytes.IndexOf(Convert.FromHexString(Hex(text))) >= 0);
    });

    private static string Hex(string text) => text.All(char.IsAsciiHexDigit) ? text : "";
}
