using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Workspaces;

/// <summary>Workspaces over REST.</summary>
public sealed class WorkspaceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task default_exists_from_the_start()
    {
        var answer = await server.ExpectAsync(200, "GET", "/v1/default");
        Assert.Equal("default", answer["name"]);
        Assert.Equal("durable", answer["durability"]);
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1")).Rows, row => row.GetProperty("name").GetString() == "default");
        await server.ExpectProblemAsync(409, "workspace_protected", "DELETE", "/v1/default");
    }

    [Fact]
    public async Task workspace_is_made_described_and_removed()
    {
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/team");
        var made = await server.ExpectAsync(201, "PUT", "/v1/team", """{"durability":"buffered"}""");
        Assert.Equal(made["root"], made.Header("x-ot-root"));
        Assert.Equal("buffered", (await server.ExpectAsync(200, "GET", "/v1/team"))["durability"]);
        await server.ExpectAsync(200, "PUT", "/v1/team", """{"durability":"durable"}""");
        await server.ExpectAsync(201, "PUT", "/v1/team/kv/users/a", "1");
        var removed = await server.ExpectAsync(200, "DELETE", "/v1/team");
        Assert.NotNull(removed["root"]);
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/team/kv/users/a");
        await server.ExpectProblemAsync(404, "workspace_not_found", "DELETE", "/v1/team");
    }

    [Fact]
    public async Task workspaces_do_not_see_each_other()
    {
        await server.ExpectAsync(201, "PUT", "/v1/one");
        await server.ExpectAsync(201, "PUT", "/v1/two", "{}");
        await server.ExpectAsync(201, "PUT", "/v1/one/kv/users/a", "1");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/two/kv/users/a");
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/two/kv")).Rows);
    }

    [Fact]
    public async Task list_is_paged()
    {
        for (var i = 0; i < 5; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/paged{i}");
        }

        var names = new List<string>();
        for (string? next = "/v1?limit=2"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            names.AddRange(page.Rows.Select(row => row.GetProperty("name").GetString()!));
            next = page["nextLink"];
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(5, names.Count(name => name.StartsWith("paged", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/kv")]
    [InlineData("GET", "/kv/users")]
    [InlineData("GET", "/kv/users/a")]
    [InlineData("PUT", "/kv/users/a")]
    [InlineData("DELETE", "/kv/users/a")]
    [InlineData("GET", "/kv/users/a/history")]
    [InlineData("GET", "/kv/users/_settings")]
    [InlineData("PUT", "/kv/users/_settings")]
    [InlineData("POST", "/kv/users/get")]
    [InlineData("POST", "/kv/users/batch")]
    [InlineData("GET", "/agents")]
    [InlineData("GET", "/agents/kv/users")]
    [InlineData("POST", "/verify")]
    [InlineData("GET", "/operations/x")]
    public async Task unknown_workspace_is_not_found_everywhere(string method, string path)
    {
        var body = path switch
        {
            "/kv/users/get" => """{"keys":["a"]}""",
            "/kv/users/batch" => """{"operations":[{"put":{"key":"a","value":1}}]}""",
            _ => method == "PUT" ? "{}" : null,
        };
        await server.ExpectProblemAsync(404, "workspace_not_found", method, "/v1/nowhere" + path, body);
    }

    [Theory]
    [InlineData("{\"quotas\":{\"bytes\":1}}", "quotas")]
    [InlineData("{\"durability\":\"x\"}", "durability")]
    [InlineData("{\"name\":\"x\"}", "name")]
    public async Task settings_that_can_not_be_are_refused(string body, string field)
    {
        var answer = await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/badteam", body);
        Assert.Equal(field, answer["field"]);
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/badteam");
    }

    [Theory]
    [InlineData("_system")]
    [InlineData(".x")]
    [InlineData("a%20b")]
    public async Task names_have_a_form(string name) =>
        await server.ExpectProblemAsync(422, "invalid_name", "PUT", $"/v1/{name}");
}
