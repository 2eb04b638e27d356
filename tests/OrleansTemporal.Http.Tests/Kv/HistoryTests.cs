using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>The history of one key.</summary>
public sealed class HistoryTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task history_holds_every_version_newest_first_unless_asked()
    {
        const string path = "/v1/default/kv/hist/doc";
        await server.ExpectAsync(201, "PUT", path, "1");
        await server.ExpectAsync(200, "PUT", path, "2");
        await server.ExpectAsync(200, "DELETE", path);
        var newest = await server.ExpectAsync(200, "GET", path + "/history");
        Assert.Equal([null, "2", "1"], newest.Rows.Select(row => row.TryGetProperty("value", out var value) ? value.ToString() : null));
        Assert.Equal([true, false, false], newest.Rows.Select(row => row.GetProperty("deleted").GetBoolean()));
        Assert.All(newest.Rows, row => Assert.False(row.GetProperty("erased").GetBoolean()));
        var oldest = await server.ExpectAsync(200, "GET", path + "/history?order=asc");
        Assert.Equal(newest.Rows.Select(row => row.GetRawText()).Reverse(), oldest.Rows.Select(row => row.GetRawText()));
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", path + "/history?order=up");
    }

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task pages_follow_each_other_and_stay_stable_under_writes(string order)
    {
        var path = $"/v1/default/kv/hist/pages-{order}";
        for (var i = 0; i < 25; i++)
        {
            await server.SendAsync("PUT", path, $"{i}");
        }

        var values = new List<string>();
        var link = $"{path}/history?order={order}&limit=4";
        for (string? next = link; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            Assert.True(page.Rows.Count <= 4);
            values.AddRange(page.Rows.Select(row => row.GetProperty("value").ToString()));
            await server.ExpectAsync(200, "PUT", path, "-1");
            next = page["nextLink"];
        }

        var expected = Enumerable.Range(0, 25).Select(i => $"{i}");
        Assert.Equal(order == "asc" ? expected : expected.Reverse(), values);
    }

    [Fact]
    public async Task bounds_are_inclusive_from_and_exclusive_to()
    {
        const string path = "/v1/default/kv/hist/bounds";
        var times = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            times.Add((await server.SendAsync("PUT", path, $"{i}"))["systemTime"]!);
        }

        var rows = (await server.ExpectAsync(200, "GET", $"{path}/history?order=asc&from={times[1]}&to={times[3]}")).Rows;
        Assert.Equal(["1", "2"], rows.Select(row => row.GetProperty("value").ToString()));
        Assert.Empty((await server.ExpectAsync(200, "GET", $"{path}/history?to=1969-01-01T00:00:00Z")).Rows);
        Assert.Equal(4, (await server.ExpectAsync(200, "GET", $"{path}/history?from=1969-01-01T00:00:00Z")).Rows.Count);
        Assert.Equal(2, (await server.ExpectAsync(200, "GET", $"{path}/history?asOf={times[1]}")).Rows.Count);
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", $"{path}/history?from=x");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", $"{path}/history?cursor=x");
    }

    [Fact]
    public async Task history_as_of_a_sequence_ends_there()
    {
        const string path = "/v1/default/kv/histseq/doc";
        for (var i = 1; i <= 5; i++)
        {
            await server.SendAsync("PUT", path, $"{i}");
        }

        var rows = (await server.ExpectAsync(200, "GET", $"{path}/history?order=asc&asOf=3")).Rows;
        Assert.Equal(["1", "2", "3"], rows.Select(row => row.GetProperty("value").ToString()));
    }

    [Fact]
    public async Task large_history_continues_on_the_next_page()
    {
        await using var small = await StartSmallAsync();
        var value = $"\"{new string('x', 3_000)}\"";
        for (var i = 0; i < 200; i++)
        {
            await small.Server.SendAsync("PUT", "/v1/default/kv/hist/large", value);
        }

        var (count, pages) = (0, 0);
        for (string? next = "/v1/default/kv/hist/large/history?limit=10000"; next is not null; pages++)
        {
            var page = await small.Server.ExpectAsync(200, "GET", next);
            count += page.Rows.Count;
            next = page["nextLink"];
        }

        Assert.Equal(200, count);
        Assert.True(pages > 1);
    }

    private static async Task<SmallServer> StartSmallAsync() => new(await TestServer.StartAsync(limits => limits.AnswerBytesMax = 64 << 10));

    private sealed record SmallServer(TestServer Server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
