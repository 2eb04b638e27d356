using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Goal: what is scarce is refused with the limit that was reached, and reads and health go on.</summary>
public sealed class LoadLimitTests
{
    [Fact]
    public Task requests_beyond_the_limit_are_too_busy() => WithAsync(limits => limits.RequestsConcurrentMax = 1, async server =>
    {
        using var slow = await RawConnection.OpenAsync(server);
        await slow.SendAsync("PUT /v1/default/kv/busy/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        // Whoever asks for the body has let the request in: from here on it is the one that runs.
        await slow.ReadContinueAsync();
        await slow.SendAsync("1");
        var refused = await server.ExpectProblemAsync(503, "too_busy", "GET", "/v1");
        Assert.Equal("1", refused["limit"]);
        await server.ExpectAsync(200, "GET", "/health/live");
        await slow.SendAsync(" ");
        Assert.Equal(201, (await slow.ReadAnswerAsync())!.Status);
        await Eventually.HoldsAsync("there is room again", async () => (await server.SendAsync("GET", "/v1")).Status == 200);
    });

    [Fact]
    public Task connections_beyond_the_limit_are_closed() => WithAsync(limits => limits.ConnectionsMax = 3, async server =>
    {
        var connections = new List<RawConnection>();
        try
        {
            await Eventually.HoldsAsync("a connection is refused", async () =>
            {
                var connection = await RawConnection.OpenAsync(server);
                connections.Add(connection);
                await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n");
                return await connection.ReadAnswerAsync() is null;
            });
            Assert.True(connections.Count <= 4);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        await Eventually.HoldsAsync("there is room again", async () =>
        {
            using var connection = await RawConnection.OpenAsync(server);
            await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n");
            return await connection.ReadAnswerAsync() is { Status: 200 };
        });
    });

    [Fact]
    public Task body_that_does_not_come_times_out() => WithAsync(limits => limits.RequestTimeout = TimeSpan.FromMilliseconds(200), async server =>
    {
        using var slow = await RawConnection.OpenAsync(server);
        await slow.SendAsync("PUT /v1/default/kv/slow/body HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n1");
        var answer = await slow.ReadAnswerAsync();
        answer!.IsProblem(503, "timed_out");
        Assert.Null(answer["outcomeKnown"]);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/slow/body");
    });

    [Fact]
    public Task full_disk_refuses_writes_only() => WithAsync(limits => limits.DiskFreeBytesMin = long.MaxValue, async server =>
    {
        var answer = await server.ExpectProblemAsync(503, "not_ready", "PUT", "/v1/default/kv/disk/a", "1");
        Assert.Equal("DiskFreeBytesMin", answer["field"]);
        Assert.NotNull(answer["limit"]);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/disk/a");
        await server.ExpectProblemAsync(503, "not_ready", "GET", "/health/ready");
        await server.ExpectAsync(200, "GET", "/health/live");
    }, expectReady: false);

    [Fact]
    public Task large_heap_refuses_writes_only() => WithAsync(limits => limits.HeapBytesMax = 1, async server =>
    {
        var answer = await server.ExpectProblemAsync(429, "quota_exceeded", "PUT", "/v1/default/kv/heap/a", "1");
        Assert.Equal("HeapBytesMax", answer["field"]);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/heap/a");
    }, expectReady: false);

    [Fact]
    public Task too_many_open_files_refuse_writes_only() => WithAsync(limits => limits.OpenFilesMax = 1, async server =>
    {
        var answer = await server.ExpectProblemAsync(503, "too_busy", "PUT", "/v1/default/kv/files/a", "1");
        Assert.Equal("OpenFilesMax", answer["field"]);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/files/a");
    }, expectReady: false);

    private static async Task WithAsync(Action<OrleansTemporal.Hosting.OrleansTemporalHttpOptions> configure, Func<TestServer, Task> act, bool expectReady = true)
    {
        var server = await TestServer.StartAsync(configure, expectReady);
        try
        {
            await act(server);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}
