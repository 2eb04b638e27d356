using System.Net.Http.Headers;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Timelines;

/// <summary>Many deltas over REST: posted at once, read as bytes, read by windows.</summary>
public sealed class DeltaBatchTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Binary = "application/octet-stream";

    [Fact]
    public async Task deltas_are_posted_together_or_not_at_all()
    {
        var path = await DefineAsync("together");
        var posted = await server.ExpectAsync(201, "POST", $"{path}/deltas", """{"deltas":[{"indices":[0],"values":[1],"id":"a"},{"indices":[0,1],"values":[2,3],"mode":"add","parent":"a","metadata":{"k":"v"}}]}""");
        Assert.Equal(("2", "0", "2", "3"), (posted["recorded"], posted["known"], posted["firstSequence"], posted["sequence"]));
        Assert.Equal("[3,3,0]", await StateAsync(path, ""));
        Assert.Equal("[1,0,0]", await StateAsync(path, "?asOf=2"));
        var problem = await server.ExpectProblemAsync(422, "invalid_field", "POST", $"{path}/deltas", """{"deltas":[{"indices":[0],"values":[9]},{"indices":[7],"values":[1]}]}""");
        Assert.Equal("deltas[1].indices", problem["field"]);
        Assert.Equal("[3,3,0]", await StateAsync(path, ""));
        var again = await server.ExpectAsync(200, "POST", $"{path}/deltas", """{"deltas":[{"indices":[0],"values":[1],"id":"a"}]}""");
        Assert.Equal(("known", "1", "2"), (again["outcome"], again["known"], again["sequence"]));
        await server.ExpectProblemAsync(409, "parent_unknown", "POST", $"{path}/deltas", """{"deltas":[{"indices":[0],"values":[1]},{"indices":[0],"values":[2],"parent":"a"}]}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"{path}/deltas", """{"deltas":[]}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"{path}/deltas", """{"deltas":[1]}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"{path}/deltas", """{"deltas":[],"indices":[]}""");
    }

    [Fact]
    public async Task a_batch_that_comes_again_with_its_key_is_answered_as_before()
    {
        var path = await DefineAsync("keyed");
        const string body = """{"deltas":[{"indices":[0],"values":[1],"mode":"add"},{"indices":[0],"values":[1],"mode":"add"}]}""";
        var first = await server.ExpectAsync(201, "POST", $"{path}/deltas", body, ("Idempotency-Key", "k"));
        var again = await server.SendAsync("POST", $"{path}/deltas", body, ("Idempotency-Key", "k"));
        Assert.Equal((first["sequence"], "2"), (again["sequence"], again["known"]));
        Assert.Equal("[2,0,0]", await StateAsync(path, ""));
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "POST", $"{path}/deltas", """{"deltas":[{"indices":[0],"values":[5]}]}""", ("Idempotency-Key", "k"));
    }

    [Fact]
    public async Task deltas_are_carried_to_another_timeline_as_bytes()
    {
        var path = await DefineAsync("source");
        for (var i = 1; i <= 7; i++)
        {
            await server.ExpectAsync(201, "POST", $"{path}/deltas", $$$"""{"indices":[{{{i % 3}}}],"values":[{{{i}}}],"metadata":{"step":"{{{i}}}"}}""");
        }

        var copy = await DefineAsync("copy");
        var (page, next) = await GetAsync($"{path}/deltas?branch=main&limit=4");
        Assert.Equal("OTDB", System.Text.Encoding.ASCII.GetString(page[..4]));
        await PostAsync(201, $"{copy}/deltas", page);
        await PostAsync(200, $"{copy}/deltas", page);
        Assert.NotNull(next);
        (page, next) = await GetAsync(next);
        Assert.Null(next);
        await PostAsync(201, $"{copy}/deltas", page);
        Assert.Equal(await StateAsync(path, ""), await StateAsync(copy, ""));
        Assert.Equal(7, (await server.ExpectAsync(200, "GET", $"{copy}/deltas")).Rows.Count);
        for (var at = 0; at < page.Length; at++)
        {
            var damaged = page.ToArray();
            damaged[at] ^= 1;
            await PostAsync(at is >= 8 and < 16 ? 0 : 400, $"{copy}/deltas", damaged);
        }

        await server.ExpectAsync(201, "PUT", "/v1/default/timelines/wider", """{"dimensions":4}""");
        await PostAsync(422, "/v1/default/timelines/wider/deltas", page);
        await PostAsync(400, $"{copy}/deltas", page[..20]);
        await PostAsync(400, $"{copy}/deltas", []);
        Assert.Equal(7, (await server.ExpectAsync(200, "GET", $"{copy}/deltas")).Rows.Count);
    }

    [Fact]
    public async Task deltas_are_read_by_windows()
    {
        var path = await DefineAsync("windows");
        for (var i = 1; i <= 5; i++)
        {
            await server.ExpectAsync(201, "POST", $"{path}/deltas", $$"""{"indices":[0],"values":[{{i}}]}""");
        }

        var read = await server.ExpectAsync(200, "GET", $"{path}/deltas?window=1h&windowCount=2");
        Assert.Equal(["compacted", "compacted", "open"], read.Rows.Select(static row => row.GetProperty("status").GetString()));
        Assert.Equal([2, 4, 5], read.Rows.Select(static row => row.GetProperty("values")[0].GetInt32()));
        Assert.Equal([2d, 2d, 1d], read.Rows.Select(static row => row.GetProperty("compressionRatio").GetDouble()));
        var first = await server.ExpectAsync(200, "GET", $"{path}/deltas?windowCount=2&window=1h&limit=1");
        var second = await server.ExpectAsync(200, "GET", first["nextLink"]!);
        Assert.Equal(4, Assert.Single(second.Rows).GetProperty("values")[0].GetInt32());
        await server.ExpectProblemAsync(422, "invalid_field", "GET", $"{path}/deltas?windowCount=0");
        Assert.InRange((await server.SendAsync("GET", $"{path}/deltas?window=soon")).Status, 400, 422);
        Assert.InRange((await server.SendAsync("GET", $"{path}/deltas?windowBytes=-1")).Status, 400, 422);
        await server.ExpectProblemAsync(404, "branch_not_found", "GET", $"{path}/deltas?windowCount=2&branch=b");
        var whole = await server.ExpectAsync(200, "GET", $"{path}/deltas?values=true&limit=1");
        Assert.Equal("[1]", Assert.Single(whole.Rows).GetProperty("values").GetRawText());
    }

    private async Task<(byte[] Bytes, string? Next)> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(Binary);
        using var answered = await server.Client.SendAsync(request);
        Assert.Equal((200, Binary), ((int)answered.StatusCode, answered.Content.Headers.ContentType!.MediaType));
        var link = answered.Headers.TryGetValues("Link", out var links) ? links.Single() : null;
        return (await answered.Content.ReadAsByteArrayAsync(), link?[1..link.IndexOf('>', StringComparison.Ordinal)]);
    }

    // 0 for any refusal.
    private async Task PostAsync(int status, string path, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(Binary);
        using var posted = await server.Client.PostAsync(path, content);
        if (status == 0)
        {
            Assert.InRange((int)posted.StatusCode, 400, 422);
        }
        else
        {
            Assert.Equal(status, (int)posted.StatusCode);
        }
    }

    private async Task<string?> StateAsync(string path, string query) => (await server.ExpectAsync(200, "GET", $"{path}/state{query}"))["state"];

    private async Task<string> DefineAsync(string name)
    {
        var path = $"/v1/default/timelines/{name}";
        await server.ExpectAsync(201, "PUT", path, """{"dimensions":3}""");
        return path;
    }
}
