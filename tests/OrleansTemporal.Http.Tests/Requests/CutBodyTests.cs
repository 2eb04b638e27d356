using System.IO.Compression;
using System.Net;
using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Compressed bodies that did not arrive whole.</summary>
public sealed class CutBodyTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly byte[] Lines = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 400).Select(static i => $"cut,host=h{i} v={i * 7919 % 1000} {i}")));

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task a_body_that_was_cut_anywhere_is_refused_and_nothing_of_it_is_kept(string encoding)
    {
        var whole = Compress(Lines, encoding);
        foreach (var length in new[] { 1, 2, 9, 10, 11, 18, whole.Length / 2, whole.Length - 9, whole.Length - 8, whole.Length - 5, whole.Length - 4, whole.Length - 1 })
        {
            var answer = await WriteAsync(whole[..length], encoding);
            Assert.True(answer.Status == 400, $"{encoding}, {length} of {whole.Length} bytes: {answer.Status} {answer.Text}");
            Assert.Equal("malformed_body", answer["code"]);
        }

        await server.ExpectProblemAsync(404, "stream_not_found", "GET", "/v1/default/series/cut");
    }

    [Theory]
    [InlineData("gzip", "kept-g")]
    [InlineData("x-gzip", "kept-x")]
    [InlineData("deflate", "kept-d")]
    [InlineData("br", "kept-b")]
    public async Task a_whole_body_is_taken_as_it_is(string encoding, string stream)
    {
        var lines = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Lines).Replace("cut,", stream + ",", StringComparison.Ordinal));
        Assert.Equal(204, (await WriteAsync(Compress(lines, encoding), encoding)).Status);
        Assert.Equal("400", (await server.ExpectAsync(200, "GET", $"/v1/default/series/{stream}"))["pointCount"]);
    }

    [Fact]
    public async Task a_gzip_body_may_have_several_members_and_nothing_behind_them()
    {
        byte[] members = [.. Compress("two v=1 1\n"u8.ToArray(), "gzip"), .. Compress("two v=2 2"u8.ToArray(), "gzip")];
        Assert.Equal(204, (await WriteAsync(members, "gzip")).Status);
        Assert.Equal("2", (await server.ExpectAsync(200, "GET", "/v1/default/series/two"))["pointCount"]);
        Assert.Equal("malformed_body", (await WriteAsync([.. members, .. "rest"u8], "gzip"))["code"]);
        Assert.Equal("malformed_body", (await WriteAsync(members[..^1], "gzip"))["code"]);
    }

    private static byte[] Compress(byte[] bytes, string encoding)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "deflate" => new ZLibStream(compressed, CompressionLevel.Optimal),
            "br" => new BrotliStream(compressed, CompressionLevel.Optimal),
            _ => new GZipStream(compressed, CompressionLevel.Optimal),
        })
        {
            stream.Write(bytes);
        }

        return compressed.ToArray();
    }

    private async Task<Answer> WriteAsync(byte[] body, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/write?bucket=default") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentEncoding.Add(encoding);
        using var response = await server.Client.SendAsync(request);
        return response.StatusCode == HttpStatusCode.NoContent ? new Answer(204, new Dictionary<string, string>(), "") : await Answer.ReadAsync(response);
    }
}
