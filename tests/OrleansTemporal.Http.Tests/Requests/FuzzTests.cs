using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>
/// Goal: whatever bytes a client sends, it never gets a 500 and the server stays. Seeded; a failure prints the seed:
/// <c>OT_SEED=n ./test Http</c> replays it, OT_LONG=1 sends 1,000,000 requests.
/// </summary>
public sealed class FuzzTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "get", "", "TRACE", "X"];

    private static readonly string[] Segments =
    [
        "v1", "default", "kv", "users", "a", "history", "_settings", "get", "batch", "agents", "catalog", "_catalog", "verify", "operations", "nope",
        "%2E", "..", "", "a%2Fb", "%00", "%ff", "%E2%82%AC", "health", "ready", "openapi", new string('k', 1025), "_x", "V1", "%", "a b", "ä", "workspaces",
    ];

    private static readonly string[] Queries =
        ["", "?", "?asOf=1", "?asOf=99999999999999999999", "?asOf=2020-01-01T00:00:00Z", "?asOf=9999-12-31T23:59:59Z", "?limit=0", "?limit=5", "?limit=%FF", "?limit=1&limit=2",
            "?prefix=%2F", "?after=zz", "?cursor=0", "?order=up", "?order=asc&from=1969-01-01T00:00:00Z&to=2999-01-01T00:00:00Z", "?kind=kv", "?ttl=1s", "?&&==&", "?asOf=+12345-01-01T00:00:00Z"];

    private static readonly string[] Headers =
        ["If-Match: *", "If-Match: \"x\"", "If-Match: W/\"1\"", "If-Match: ", "If-None-Match: *", "If-None-Match: \"a\", W/\"b\"", "Idempotency-Key: k", "Idempotency-Key: ",
            "x-ot-causes: 1", "x-ot-causes: ,", "x-ot-system-time: now", "x-ot-system-time: 2020-01-01T00:00:00Z", "x-ot-system-time: 9999-01-01T00:00:00Z", "Content-Encoding: gzip",
            "Content-Encoding: br", "Content-Encoding: x", "Expect: 100-continue", "Origin: http://evil.example", "Range: bytes=0-", "Content-Type: text/plain", "Accept: text/csv", "Transfer-Encoding: chunked"];

    private static readonly string[] Bodies =
    [
        "", "1", "{}", "[]", "null", "NaN", "{\"a\":1,\"a\":2}", "\"\\ud800\"", "1e999", "{\"keys\":[\"a\"]}", "{\"keys\":[1]}", "{\"keys\":[\"\\ud800\"]}", "{\"keys\":[],\"asOf\":1e3}",
        "{\"operations\":[]}", "{\"operations\":[{\"put\":{\"key\":\"a\",\"value\":1}}],\"atomic\":true}", "{\"operations\":[{\"delete\":{\"key\":\"a\"}}]}", "{\"operations\":[{\"put\":{\"key\":\"\\udc00\",\"value\":1}}]}",
        "{\"operations\":[{\"put\":{\"key\":\"a\",\"value\":{\"b\":[1,2,{}]},\"ifMatch\":\"x\"}}]}", "{\"partitions\":2}", "{\"partitions\":1e9}", "{\"durability\":\"buffered\"}", "{\"quotas\":{}}",
        "{\"operations\":[{\"put\":", "\u00ef\u00bb\u00bf1", new string('[', 65) + new string(']', 65), "{\"ttl\":\"1s\"}",
    ];

    [Fact]
    public async Task no_request_is_answered_500()
    {
        var seed = Environment.GetEnvironmentVariable("OT_SEED") is { Length: > 0 } given ? int.Parse(given) : 20_260_101;
        var count = Environment.GetEnvironmentVariable("OT_LONG") is { Length: > 0 } ? 1_000_000 : 2_000;
        var random = new Random(seed);
        RawConnection? connection = null;
        try
        {
            for (var i = 0; i < count; i++)
            {
                connection ??= await RawConnection.OpenAsync(server);
                var request = Compose(random, out var isHead, out var isWhole);
                await connection.SendAsync(request);
                if (!isWhole)
                {
                    connection.EndSending();
                }

                var answer = await connection.ReadAnswerAsync(isHead);
                Assert.True(
                    answer is null or { Status: not 500 },
                    $"seed {seed}, request {i}: {answer?.Status} {answer?.Text}\n{Encoding.Latin1.GetString(request)}");
                if (answer is null || !isWhole || answer.Status == 400 || answer.Headers.ContainsKey("Connection"))
                {
                    connection.Dispose();
                    connection = null;
                }
            }
        }
        finally
        {
            connection?.Dispose();
        }

        await server.ExpectAsync(200, "GET", "/health/ready");
    }

    private static byte[] Compose(Random random, out bool isHead, out bool isWhole)
    {
        var method = Pick(random, Methods);
        var target = "/" + string.Join('/', Enumerable.Range(0, random.Next(0, 7)).Select(i => random.Next(3) > 0 && i < 4 ? Segments[i] : Pick(random, Segments))) + Pick(random, Queries);
        var body = Encoding.Latin1.GetBytes(Pick(random, Bodies));
        isWhole = random.Next(4) > 0;
        var text = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: h\r\n");
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            var header = Pick(random, Headers);
            isWhole &= !header.StartsWith("Transfer-Encoding", StringComparison.Ordinal);
            text.Append(header).Append("\r\n");
        }

        if (body.Length > 0 || random.Next(2) == 0)
        {
            text.Append($"Content-Length: {body.Length}\r\n");
        }

        byte[] bytes = [.. Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()), .. body];
        isHead = method == "HEAD";
        for (var flips = isWhole ? 0 : random.Next(0, 4); flips > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static string Pick(Random random, string[] choices) => choices[random.Next(choices.Length)];
}
