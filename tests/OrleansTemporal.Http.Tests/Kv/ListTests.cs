using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>Lists of keys and namespaces.</summary>
public sealed class ListTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task keys_are_listed_in_the_order_of_their_bytes()
    {
        string[] keys = ["b", "a", "€", "😀", "a/b", "Z", "a b", "\uFFFD", "ab"];
        foreach (var key in keys)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/order/{Uri.EscapeDataString(key)}", "1");
        }

        await server.ExpectAsync(200, "DELETE", "/v1/default/kv/order/Z");
        var rows = (await server.ExpectAsync(200, "GET", "/v1/default/kv/order")).Rows;
        Assert.Equal(["a", "a b", "a/b", "ab", "b", "€", "\uFFFD", "😀"], rows.Select(row => row.GetProperty("key").GetString()));
        Assert.All(rows, row => Assert.Equal(28, row.GetProperty("writeId").GetString()!.Length));
        var some = (await server.ExpectAsync(200, "GET", "/v1/default/kv/order?prefix=a%2F")).Rows;
        Assert.Equal("a/b", Assert.Single(some).GetProperty("key").GetString());
    }

    [Fact]
    public async Task pages_stay_stable_under_writes()
    {
        for (var i = 0; i < 30; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/pages/p%2F{i:00}", "1");
        }

        var keys = new List<string>();
        var page = await server.ExpectAsync(200, "GET", "/v1/default/kv/pages?limit=7&prefix=p%2F");
        var asOf = page.Json.GetProperty("asOf").GetRawText();
        for (var step = 0; ; step++)
        {
            keys.AddRange(page.Rows.Select(row => row.GetProperty("key").GetString()!));
            if (page["nextLink"] is not { } next)
            {
                break;
            }

            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/pages/p%2F{29 - step:00}x", "1");
            await server.ExpectAsync(200, "DELETE", $"/v1/default/kv/pages/p%2F{29 - step:00}");
            page = await server.ExpectAsync(200, "GET", next);
            Assert.Equal(asOf, page.Json.GetProperty("asOf").GetRawText());
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"p/{i:00}"), keys);
    }

    [Fact]
    public async Task list_as_of_a_moment_is_the_list_of_then()
    {
        var first = await server.ExpectAsync(201, "PUT", "/v1/default/kv/then/a", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/then/b", "1");
        await server.ExpectAsync(200, "DELETE", "/v1/default/kv/then/a");
        var then = await server.ExpectAsync(200, "GET", $"/v1/default/kv/then?asOf={first["systemTime"]}");
        Assert.Equal("a", Assert.Single(then.Rows).GetProperty("key").GetString());
        Assert.Equal("b", Assert.Single((await server.ExpectAsync(200, "GET", "/v1/default/kv/then")).Rows).GetProperty("key").GetString());
    }

    [Theory]
    [InlineData("0", 400)]
    [InlineData("00", 400)]
    [InlineData("-1", 400)]
    [InlineData("x", 400)]
    [InlineData("", 400)]
    [InlineData("1.0", 400)]
    [InlineData("1&limit=2", 400)]
    [InlineData("10001", 422)]
    [InlineData("99999999999999999999", 422)]
    [InlineData("1", 200)]
    [InlineData("10000", 200)]
    public async Task limit_is_from_1_to_10000(string limit, int status)
    {
        foreach (var path in (string[])["/v1/default/kv/limits", "/v1/default/kv", "/v1", "/v1/default/agents"])
        {
            var answer = await server.ExpectAsync(status, "GET", $"{path}?limit={limit}");
            if (status != 200)
            {
                Assert.Equal("limit", answer["field"]);
            }
        }
    }

    [Fact]
    public async Task default_page_has_100_rows()
    {
        var operations = string.Join(',', Enumerable.Range(0, 101).Select(i => $$$"""{"put":{"key":"{{{i:000}}}","value":1}}"""));
        await server.ExpectAsync(200, "POST", "/v1/default/kv/hundred/batch", $$"""{"operations":[{{operations}}]}""");
        var page = await server.ExpectAsync(200, "GET", "/v1/default/kv/hundred");
        Assert.Equal(100, page.Rows.Count);
        Assert.Equal("100", Assert.Single((await server.ExpectAsync(200, "GET", page["nextLink"]!)).Rows).GetProperty("key").GetString());
    }

    [Fact]
    public async Task unknown_namespace_is_an_empty_list()
    {
        var page = await server.ExpectAsync(200, "GET", "/v1/default/kv/unknown");
        Assert.Empty(page.Rows);
        Assert.Null(page["nextLink"]);
    }

    [Fact]
    public async Task namespaces_are_listed_with_counts_and_bytes()
    {
        await server.ExpectAsync(201, "PUT", "/v1/lists");
        for (var i = 0; i < 5; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/lists/kv/ns{i}/a", "[1]");
        }

        await server.ExpectAsync(200, "PUT", "/v1/lists/kv/ns0/a", "[2]");
        var names = new List<string>();
        for (string? next = "/v1/lists/kv?limit=2"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            names.AddRange(page.Rows.Select(row => row.GetProperty("name").GetString()!));
            next = page["nextLink"];
        }

        Assert.Equal(["ns0", "ns1", "ns2", "ns3", "ns4"], names);
        var first = (await server.ExpectAsync(200, "GET", "/v1/lists/kv")).Rows[0];
        Assert.Equal(1, first.GetProperty("keyCount").GetInt64());
        Assert.Equal(2, first.GetProperty("versionCount").GetInt64());
        Assert.Equal(6, first.GetProperty("bytes").GetInt64());
    }
}
