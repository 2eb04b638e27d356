using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Goal: where one request ends and the next begins is never open to two readings.</summary>
public sealed class SmugglingTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: 5, 5")]
    [InlineData("Content-Length: +5")]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 0x5")]
    [InlineData("Content-Length: 99999999999999999999")]
    [InlineData("Transfer-Encoding: gzip")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    [InlineData("Content-Length : 5")]
    [InlineData("Content-Length: 5\r\n folded: yes")]
    public async Task ambiguous_lengths_never_run_what_hides_in_the_body(string headers)
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync(
            $"PUT /v1/default/kv/smuggle/outer HTTP/1.1\r\nHost: h\r\n{headers}\r\n\r\n"
            + "0\r\n\r\nPUT /v1/default/kv/smuggle/inner HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n1");
        connection.EndSending();
        var answer = await connection.ReadAnswerAsync();
        Assert.True(answer is null or { Status: >= 400 and < 500 }, $"{answer?.Status} {answer?.Text}");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/smuggle/inner");
    }

    [Theory]
    [InlineData("zz\r\n1\r\n0\r\n\r\n")]
    [InlineData("-1\r\n1\r\n0\r\n\r\n")]
    [InlineData("1\r\n12\r\n0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n1\r\n0\r\n\r\n")]
    public async Task broken_chunks_are_bad_requests(string body)
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync($"PUT /v1/default/kv/smuggle/chunks HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        connection.EndSending();
        var answer = await connection.ReadAnswerAsync();
        Assert.True(answer is null or { Status: 400 }, $"{answer?.Status} {answer?.Text}");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/smuggle/chunks");
    }

    [Fact]
    public async Task half_a_body_writes_nothing()
    {
        using (var connection = await RawConnection.OpenAsync(server))
        {
            await connection.SendAsync("PUT /v1/default/kv/smuggle/half HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
        }

        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/smuggle/half");
    }

    [Fact]
    public async Task pipelined_requests_are_answered_in_order()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(i =>
            $"PUT /v1/default/kv/pipelined/k{i} HTTP/1.1\r\nHost: h\r\nContent-Length: {$"{i}".Length}\r\n\r\n{i}GET /v1/default/kv/pipelined/k{i} HTTP/1.1\r\nHost: h\r\n\r\n")));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"k{i}", (await connection.ReadAnswerAsync())!["key"]);
            Assert.Equal($"{i}", (await connection.ReadAnswerAsync())!["value"]);
        }
    }

    [Fact]
    public async Task connection_goes_on_after_a_refused_request_with_a_body()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync("PUT /v1/default/kv/smuggle/%2E%2E HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n123GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.Equal(400, (await connection.ReadAnswerAsync())!.Status);
        Assert.Equal(200, (await connection.ReadAnswerAsync())!.Status);
    }
}
