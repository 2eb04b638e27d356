using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Goal: every limit of a body is reached, named in the answer, and costs the server little.</summary>
public sealed class LimitTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task value_has_at_most_1_MiB()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/limit/value", $"\"{new string('v', Limits.ValueBytesMax - 2)}\"");
        await server.ExpectAsync(200, "PUT", "/v1/default/kv/limit/value", "1" + new string(' ', 2 << 20));
        var answer = await server.ExpectProblemAsync(413, "value_too_large", "PUT", "/v1/default/kv/limit/value", $"\"{new string('v', Limits.ValueBytesMax - 1)}\"");
        Assert.Equal($"{Limits.ValueBytesMax}", answer["limit"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task body_has_at_most_16_MiB(bool chunked)
    {
        var body = new byte[Limits.BodyBytesMax + 1];
        Array.Fill(body, (byte)' ');
        body[0] = (byte)'1';
        var most = await SendAsync(body.AsMemory(0, Limits.BodyBytesMax), null, chunked);
        Assert.True(most.Status is 200 or 201, most.Text);
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync($"PUT /v1/default/kv/limit/body HTTP/1.1\r\nHost: h\r\n{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}")}\r\n\r\n");
        if (chunked)
        {
            await connection.SendAsync($"{body.Length:x}\r\n");
            await connection.SendAsync(body);
        }

        var answer = await connection.ReadAnswerAsync();
        answer!.IsProblem(413, "body_too_large");
        Assert.Equal($"{Limits.BodyBytesMax}", answer["limit"]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task compressed_bodies_are_read(string encoding)
    {
        var value = "{\"a\":\"" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} ")) + "\"}";
        var answer = await SendAsync(Compress(encoding, Encoding.UTF8.GetBytes(value)), encoding);
        Assert.True(answer.Status is 200 or 201, answer.Text);
        Assert.Equal(value, (await server.ExpectAsync(200, "GET", "/v1/default/kv/limit/body")).Json.GetProperty("value").GetRawText());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task bomb_is_refused_by_its_ratio(string encoding)
    {
        var bomb = Compress(encoding, new byte[12 << 20]);
        var answer = await SendAsync(bomb, encoding);
        answer.IsProblem(413, "body_too_large");
        Assert.Equal("Content-Encoding", answer["field"]);
        Assert.Equal("100", answer["limit"]);
    }

    [Fact]
    public async Task decompressed_body_has_at_most_16_MiB()
    {
        var random = new Random(1);
        var body = new byte[Limits.BodyBytesMax + 1];
        for (var i = 0; i < body.Length; i++)
        {
            body[i] = (byte)(i % 8 == 0 ? random.Next(256) : 32);
        }

        var compressed = Compress("gzip", body);
        Assert.True(compressed.Length * 100L > body.Length);
        var answer = await SendAsync(compressed, "gzip");
        answer.IsProblem(413, "body_too_large");
        Assert.Equal($"{Limits.BodyBytesMax}", answer["limit"]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task body_that_does_not_decompress_is_malformed(string encoding)
    {
        (await SendAsync("{\"plain\":true}"u8.ToArray(), encoding)).IsProblem(400, "malformed_body");
        var whole = Compress(encoding, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{i}"))));
        var half = await SendAsync(whole.AsMemory(0, whole.Length / 2), encoding);
        Assert.Equal(400, half.Status);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, gzip")]
    [InlineData("compress")]
    public async Task other_encodings_are_unsupported(string encoding) =>
        (await SendAsync("1"u8.ToArray(), encoding)).IsProblem(415, "unsupported_encoding");

    [Fact]
    public async Task json_is_at_most_64_deep()
    {
        var deepest = new string('[', Limits.JsonDepthMax) + new string(']', Limits.JsonDepthMax);
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/limit/deep", deepest);
        await server.ExpectProblemAsync(400, "malformed_json", "PUT", "/v1/default/kv/limit/deep", $"[{deepest}]");
        await server.ExpectAsync(200, "POST", "/v1/default/kv/limit/batch", $$$"""{"operations":[{"put":{"key":"deep","value":{{{deepest}}}}}]}""");
        await server.ExpectProblemAsync(400, "malformed_json", "POST", "/v1/default/kv/limit/batch", $$$"""{"operations":[{"put":{"key":"deep","value":[{{{deepest}}}]}}]}""");
    }

    [Fact]
    public async Task too_large_headers_are_refused_by_the_server()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync($"GET /health/live HTTP/1.1\r\nHost: h\r\nx-large: {new string('x', 40_000)}\r\n\r\n");
        Assert.Equal(431, (await connection.ReadAnswerAsync())!.Status);
    }

    private async Task<Answer> SendAsync(ReadOnlyMemory<byte> body, string? encoding, bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/default/kv/limit/body") { Content = new ReadOnlyMemoryContent(body) };
        request.Headers.TransferEncodingChunked = chunked;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (encoding is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        }

        using var response = await server.Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    private static byte[] Compress(string encoding, byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return compressed.ToArray();
    }
}
