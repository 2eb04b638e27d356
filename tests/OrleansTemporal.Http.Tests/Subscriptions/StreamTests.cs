using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Subscriptions;

/// <summary>Server-sent events: resumed by their ids, ended with their readers, and slow readers slow nobody.</summary>
public sealed class StreamTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_stream_goes_on_behind_the_last_event_that_its_reader_has()
    {
        var id = await SubscribeAsync("resume", "atLeastOnce");
        for (var i = 1; i <= 10; i++)
        {
            await server.ExpectAsync(i == 1 ? 201 : 200, "PUT", "/v1/default/kv/resume/k", $"{i}");
        }

        string? last = null;
        var seen = new List<long>();
        while (seen.Count < 10)
        {
            await using var stream = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{id}/stream", last);
            for (var i = 0; i < 3 && seen.Count < 10; i++)
            {
                var (cursor, data) = (await stream.NextAsync())!.Value;
                Assert.InRange(Encoding.UTF8.GetByteCount(cursor), 1, 128);
                Assert.Equal(cursor, data.GetProperty("cursor").GetString());
                seen.Add(data.GetProperty("sequence").GetInt64());
                last = cursor;
            }
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(static sequence => (long)sequence), seen);
        await using var live = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{id}/stream", last);
        await server.ExpectAsync(200, "PUT", "/v1/default/kv/resume/k", "11");
        Assert.Equal(11, (await live.NextAsync())!.Value.Data.GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task what_is_acknowledged_is_not_streamed_again_and_at_most_once_acknowledges_itself()
    {
        var exactly = await SubscribeAsync("exactly", "exactlyOnce");
        var most = await SubscribeAsync("most", "atMostOnce");
        for (var i = 1; i <= 3; i++)
        {
            await server.SendAsync("PUT", "/v1/default/kv/exactly/k", $"{i}");
            await server.SendAsync("PUT", "/v1/default/kv/most/k", $"{i}");
        }

        await using (var stream = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{exactly}/stream"))
        {
            var first = (await stream.NextAsync())!.Value;
            await server.ExpectAsync(200, "POST", $"/v1/default/subscriptions/{exactly}/ack", $$"""{"cursor":"{{first.Id}}"}""");
        }

        await using (var stream = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{exactly}/stream", "0"))
        {
            Assert.Equal(2, (await stream.NextAsync())!.Value.Data.GetProperty("sequence").GetInt64());
        }

        await using (var stream = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{most}/stream"))
        {
            for (var i = 1; i <= 3; i++)
            {
                Assert.Equal(i, (await stream.NextAsync())!.Value.Data.GetProperty("sequence").GetInt64());
            }
        }

        // The connection before may take one with it; what it was sent does not come again.
        await using (var stream = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{most}/stream", "0"))
        {
            var next = stream.NextAsync();
            await Eventually.HoldsAsync("something comes", async () =>
            {
                await server.SendAsync("PUT", "/v1/default/kv/most/k", "4");
                return next.IsCompleted;
            });
            Assert.True((await next)!.Value.Data.GetProperty("sequence").GetInt64() > 3);
        }
    }

    [Fact]
    public async Task a_stream_ends_with_its_subscription()
    {
        var id = await SubscribeAsync("ending", "atLeastOnce");
        await using var stream = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{id}/stream");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/ending/k", "1");
        Assert.NotNull(await stream.NextAsync());
        await server.ExpectAsync(200, "DELETE", $"/v1/default/subscriptions/{id}");
        await server.ExpectAsync(200, "PUT", "/v1/default/kv/ending/k", "2");
        while (await stream.NextAsync() is { } more)
        {
            // What was on its way may come still.
            Assert.Equal(2, more.Data.GetProperty("sequence").GetInt64());
        }
    }

    [Fact]
    public async Task a_reader_that_takes_nothing_holds_up_no_writer_and_no_other_reader()
    {
        var id = await SubscribeAsync("slow", "atLeastOnce");
        var value = $"\"{new string('v', 200_000)}\"";
        await using var stuck = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{id}/stream");
        await using var quick = await EventStream.OpenAsync(server.Client, $"/v1/default/subscriptions/{id}/stream");
        for (var i = 1; i <= 150; i++)
        {
            await server.SendAsync("PUT", "/v1/default/kv/slow/k", value);
            Assert.Equal(i, (await quick.NextAsync())!.Value.Data.GetProperty("sequence").GetInt64());
        }

        for (var i = 1; i <= 150; i++)
        {
            Assert.Equal(i, (await stuck.NextAsync())!.Value.Data.GetProperty("sequence").GetInt64());
        }
    }

    [Fact]
    public async Task streams_have_places_of_their_own_and_more_than_there_are_is_too_busy()
    {
        await using var small = new Owned(await TestServer.StartAsync(static limits => (limits.StreamsConcurrentMax, limits.RequestsConcurrentMax) = (2, 3)));
        await small.Server.ExpectAsync(201, "PUT", "/v1/default/channels/c", "{}");
        var id = (await small.Server.ExpectAsync(201, "POST", "/v1/default/subscriptions", """{"channels":["c"]}"""))["id"];
        await using var first = await EventStream.OpenAsync(small.Server.Client, $"/v1/default/subscriptions/{id}/stream");
        await using (await EventStream.OpenAsync(small.Server.Client, $"/v1/default/subscriptions/{id}/stream"))
        {
            await small.Server.ExpectProblemAsync(503, "too_busy", "GET", $"/v1/default/subscriptions/{id}/deltas?wait=1s");
            await small.Server.ExpectAsync(201, "PUT", "/v1/default/kv/n/k", "1");
        }

        await Eventually.HoldsAsync("the place is free", async () => (await small.Server.SendAsync("GET", $"/v1/default/subscriptions/{id}/deltas")).Status == 200);
    }

    private async Task<string> SubscribeAsync(string channel, string guarantee)
    {
        await server.ExpectAsync(201, "PUT", $"/v1/default/channels/{channel}", $$"""{"guarantee":"{{guarantee}}","sources":[{"kind":"kv","name":"{{channel}}"}]}""");
        return (await server.ExpectAsync(201, "POST", "/v1/default/subscriptions", $$"""{"channels":["{{channel}}"],"from":"beginning"}"""))["id"]!;
    }

    private sealed class Owned(TestServer server) : IAsyncDisposable
    {
        public TestServer Server => server;

        public async ValueTask DisposeAsync() => await server.DisposeAsync();
    }
}
