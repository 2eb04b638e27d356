using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Http.Tests.Testing;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Http.Tests.Subscriptions;

/// <summary>Deltas are pushed to a real listener, signed, in order, again when it fails, and never into private space unless allowed.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private TestServer server = null!;

    public async Task InitializeAsync() => server = await TestServer.StartAsync(static limits => limits.WebhooksAllowPrivate = true);

    public Task DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task deltas_come_in_order_as_binary_cloud_events_with_signatures_however_often_the_listener_fails()
    {
        await using var hook = await HookListener.StartAsync(static (call, _, _) => call is 2 or 5 ? 500 : 204);
        var id = await SubscribeAsync("binary", hook.Url, "binary");
        for (var i = 1; i <= 5; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/binary/k%20{i}", $$"""{"n":{{i}}}""");
        }

        await Eventually.HoldsAsync("all were taken", () => hook.Taken.Count >= 5);
        var taken = hook.Taken.ToArray();
        Assert.Equal(Enumerable.Range(1, 5).Select(static i => $$"""{"n":{{i}}}"""), taken.Select(static one => Encoding.UTF8.GetString(one.Body)));
        Assert.Equal(7, hook.Calls);
        foreach (var (headers, body) in taken)
        {
            Assert.Equal(("1.0", "orleanstemporal.storage.store", "/v1/default/kv/binary", "application/json"), (headers["ce-specversion"], headers["ce-type"], headers["ce-source"], headers["content-type"]));
            Assert.Equal(id, headers["ce-subscription"]);
            Assert.StartsWith("k%20", headers["ce-subject"], StringComparison.Ordinal);
            Assert.Equal(Signature("s3cret", headers["webhook-id"], headers["webhook-timestamp"], body), headers["webhook-signature"]);
        }

        Assert.Equal("kv/default/binary/0@1", taken[0].Headers["ce-id"]);
        await Eventually.HoldsAsync("all are acknowledged", async () =>
            (await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}")).Json.GetProperty("metrics").GetProperty("acknowledged").GetInt32() == 5);
        var described = await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}");
        Assert.DoesNotContain("s3cret", described.Text, StringComparison.Ordinal);
        Assert.True(described.Json.GetProperty("webhook").GetProperty("signed").GetBoolean());
    }

    [Fact]
    public async Task a_structured_event_has_everything_in_its_body_and_a_delta_that_is_never_taken_dies()
    {
        await using var hook = await HookListener.StartAsync(static (_, _, body) => body.Contains("\"xx\"", StringComparison.Ordinal) ? 503 : 200);
        var id = await SubscribeAsync("structured", hook.Url, "structured", maxTries: 2);
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/structured/a", "\"x\"");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/structured/b", "\"xx\"");
        await Eventually.HoldsAsync("one was taken and one has died", async () =>
        {
            var metrics = (await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}")).Json.GetProperty("metrics");
            return metrics.GetProperty("dead").GetInt32() == 1 && metrics.GetProperty("acknowledged").GetInt32() == 1;
        });
        var (headers, body) = Assert.Single(hook.Taken);
        Assert.Equal("application/cloudevents+json; charset=utf-8", headers["content-type"]);
        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal(("1.0", "application/json"), (json.GetProperty("specversion").GetString(), json.GetProperty("datacontenttype").GetString()));
        Assert.Equal("x", json.GetProperty("data").GetString());
        Assert.Single((await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}/dead")).Rows);
    }

    [Fact]
    public async Task a_redirect_is_not_followed()
    {
        await using var hook = await HookListener.StartAsync(static (_, http, _) =>
        {
            http.Response.Headers.Location = "/elsewhere";
            return http.Request.Path == "/elsewhere" ? 200 : 307;
        });
        var id = await SubscribeAsync("redirect", hook.Url, "binary", maxTries: 1);
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/redirect/a", "1");
        await Eventually.HoldsAsync("it has died", async () =>
            (await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}")).Json.GetProperty("metrics").GetProperty("dead").GetInt32() == 1);
        Assert.Empty(hook.Taken);
    }

    private static string Signature(string secret, string id, string timestamp, byte[] body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]))}";

    private async Task<string> SubscribeAsync(string channel, string url, string mode, int maxTries = 9)
    {
        await server.ExpectAsync(201, "PUT", $"/v1/default/channels/{channel}", $$"""{"guarantee":"atLeastOnce","sources":[{"kind":"kv","name":"{{channel}}"}]}""");
        var body = $$$"""{"channels":["{{{channel}}}"],"from":"beginning","maxTries":{{{maxTries}}},"webhook":{"url":"{{{url}}}/hook","secret":"s3cret","mode":"{{{mode}}}"}}""";
        return (await server.ExpectAsync(201, "POST", "/v1/default/subscriptions", body))["id"]!;
    }
}
