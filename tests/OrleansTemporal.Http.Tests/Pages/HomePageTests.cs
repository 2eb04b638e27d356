using OrleansTemporal.Http.Tests.Testing;
using OrleansTemporal.Pages;
using OrleansTemporal.Signals;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Http.Tests.Pages;

/// <summary>The first page.</summary>
public sealed class HomePageTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task page_shows_what_is_inside_and_what_to_try()
    {
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/kv/shown/a", "1");
        var page = await server.ExpectAsync(200, "GET", "/");
        Assert.Equal("text/html; charset=utf-8", page.Header("Content-Type"));
        Assert.Contains("default-src 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(">shown</a>", page.Text, StringComparison.Ordinal);
        Assert.Contains("kv/default/shown/0", page.Text, StringComparison.Ordinal);
        Assert.Contains(put["root"]![..16], page.Text, StringComparison.Ordinal);
        Assert.Contains($"curl http://{server.EndPoint}/v1/default/kv/users/ada", page.Text, StringComparison.Ordinal);
        Assert.NotNull(page.Header("x-ot-system-time"));
    }

    [Fact]
    public async Task host_header_is_escaped()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync("GET / HTTP/1.1\r\nHost: \"<b>\r\n\r\n");
        var answer = await connection.ReadAnswerAsync();
        Assert.True(answer is { Status: 400 } || !answer!.Text.Contains("<b>\"", StringComparison.Ordinal));
    }

    [Fact]
    public void every_text_is_escaped()
    {
        var page = HomePage.Render(new HomePageContent
        {
            Address = "http://<script>",
            Fault = "<script>alert(1)</script>",
            Sections =
            [
                new(new WorkspaceInfo { Name = "\"><script>" }, [new("<script>", 1, 1, 1)], [])
                {
                    Ledgers = [new(new("<script>", SchemaOf("<script>"), 1, new() { EntityCount = 1, StateCount = 1, LateCount = 0, Bytes = 1 }), [new("<script>", 1)])],
                },
            ],
        });
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task leaders_of_a_ledger_are_shown_and_shown_again()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/signals/watched", """{"types":[{"name":"view","halfLife":"10s"}]}""");
        await server.ExpectAsync(200, "POST", "/v1/default/signals/watched/events", """{"events":[{"entity":"v<1>","signal":"view","weight":1000},{"entity":"v2","signal":"view","weight":500}]}""");
        var page = (await server.ExpectAsync(200, "GET", "/")).Text;
        Assert.Contains("<meta http-equiv=\"refresh\" content=\"5\">", page, StringComparison.Ordinal);
        Assert.Contains("<td>v&lt;1&gt;<td", page, StringComparison.Ordinal);
        Assert.Contains("width:50%\"></div>", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("v&lt;1&gt;", StringComparison.Ordinal) < page.IndexOf("<td>v2<td", StringComparison.Ordinal));
    }

    private static SignalSchema SchemaOf(string name) => new() { Types = [new SignalType { Name = name, HalfLife = new SignalSpan(name) }] };
}
