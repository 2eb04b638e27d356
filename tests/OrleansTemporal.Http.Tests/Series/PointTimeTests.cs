using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Series;

/// <summary>Points that come without a time.</summary>
public sealed class PointTimeTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task points_without_a_time_are_all_kept_and_in_their_order()
    {
        var written = await server.ExpectAsync(200, "POST", "/v1/default/series/now/points", """{"points":[{"fields":{"v":3}},{"fields":{"v":1}},{"fields":{"v":2}}]}""");
        Assert.Equal("3", written["accepted"]);
        var read = await server.ExpectAsync(200, "GET", "/v1/default/series/now/points?field=v");
        Assert.Equal([3, 1, 2], read.Rows.Select(static row => row.GetProperty("value").GetInt32()));
    }
}
