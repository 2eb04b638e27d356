using System.IO.Compression;
using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.LineProtocol;

/// <summary>The write route of InfluxDB 2.</summary>
public sealed class LineProtocolTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task lines_become_points_of_streams()
    {
        await server.ExpectAsync(204, "POST", "/api/v2/write?bucket=default&org=any&precision=s", """
            # a comment

            weather,city=New\ York,zone=a\,b temp=21.5,rain=t,days=3i 1767225600
            weather,city=Oslo temp=-1e-3,days=7u 1767225600
            energy total=0.5 1767225601
            """);
        var weather = await server.ExpectAsync(200, "GET", "/v1/default/series/weather/points");
        Assert.Equal(
            [
                """{"time":"2026-01-01T00:00:00Z","tags":{"city":"New York","zone":"a,b"},"field":"days","value":3}""",
                """{"time":"2026-01-01T00:00:00Z","tags":{"city":"New York","zone":"a,b"},"field":"rain","value":1}""",
                """{"time":"2026-01-01T00:00:00Z","tags":{"city":"New York","zone":"a,b"},"field":"temp","value":21.5}""",
                """{"time":"2026-01-01T00:00:00Z","tags":{"city":"Oslo"},"field":"days","value":7}""",
                """{"time":"2026-01-01T00:00:00Z","tags":{"city":"Oslo"},"field":"temp","value":-0.001}""",
            ],
            weather.Rows.Select(row => row.GetRawText()));
        Assert.Single((await server.ExpectAsync(200, "GET", "/v1/default/series/energy/points")).Rows);
    }

    [Theory]
    [InlineData("ns", "1767225600123456789", "2026-01-01T00:00:00.123456789Z")]
    [InlineData("us", "1767225600123456", "2026-01-01T00:00:00.123456Z")]
    [InlineData("ms", "1767225600123", "2026-01-01T00:00:00.123Z")]
    [InlineData("s", "-1", "1969-12-31T23:59:59Z")]
    public async Task timestamps_are_in_the_unit_that_is_named(string precision, string timestamp, string time)
    {
        await server.ExpectAsync(204, "POST", $"/api/v2/write?bucket=default&precision={precision}", $"unit,p={precision} v=1 {timestamp}");
        var row = Assert.Single((await server.ExpectAsync(200, "GET", $"/v1/default/series/unit/points?tag.p={precision}")).Rows);
        Assert.Equal(time, row.GetProperty("time").GetString());
    }

    [Fact]
    public async Task a_compressed_body_is_read()
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 500).Select(i => $"packed v={i} {i}"))));
        }

        using var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await server.Client.PostAsync("/api/v2/write?bucket=default", content);
        Assert.Equal(204, (int)response.StatusCode);
        Assert.Equal("500", (await server.ExpectAsync(200, "GET", "/v1/default/series/packed"))["pointCount"]);
    }

    [Theory]
    [InlineData("bad v=1 1\nbad 1", 2)]
    [InlineData("bad v=1 1\n\n# c\nbad v=x 1", 4)]
    [InlineData("bad v=\"text\" 1", 1)]
    [InlineData("bad v=\"te\nxt\" 1\nbad v=1", 1)]
    [InlineData("bad,t= v=1", 1)]
    [InlineData("bad,t=1,t=2 v=1", 1)]
    [InlineData("bad,t v=1", 1)]
    [InlineData("bad v=1 1.5", 1)]
    [InlineData("bad v=1 9223372036854775808", 1)]
    [InlineData("bad v=1,", 1)]
    [InlineData("bad v=", 1)]
    [InlineData("bad v=NaN", 1)]
    [InlineData("bad v=1e999", 1)]
    [InlineData("bad v=9007199254740993i", 1)]
    [InlineData("bad v=-1u", 1)]
    [InlineData("_bad v=1", 1)]
    [InlineData("bad/name v=1", 1)]
    public async Task the_first_bad_line_is_named_and_nothing_is_kept(string lines, int line)
    {
        var problem = await server.ExpectProblemAsync(400, "malformed_line", "POST", "/api/v2/write?bucket=default", lines);
        Assert.Equal($"line {line}", problem["field"]);
        Assert.StartsWith($"Line {line}: ", problem["detail"], StringComparison.Ordinal);
        await server.ExpectProblemAsync(404, "stream_not_found", "GET", "/v1/default/series/bad");
    }

    [Fact]
    public async Task a_workspace_is_named_and_there()
    {
        await server.ExpectProblemAsync(400, "malformed_parameter", "POST", "/api/v2/write", "a v=1");
        await server.ExpectProblemAsync(404, "workspace_not_found", "POST", "/api/v2/write?bucket=nowhere", "a v=1");
        await server.ExpectProblemAsync(400, "malformed_parameter", "POST", "/api/v2/write?bucket=default&precision=h", "a v=1");
        await server.ExpectAsync(204, "POST", "/api/v2/write?bucket=default", "\n# nothing\n");
    }
}
