using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Which form an answer comes in.</summary>
public sealed class AcceptTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("text/csv", "text/csv; charset=utf-8")]
    [InlineData("TEXT/CSV; charset=utf-8", "text/csv; charset=utf-8")]
    [InlineData("application/x-ndjson", "application/x-ndjson")]
    [InlineData("application/x-ndjson, text/csv;q=0.9", "application/x-ndjson")]
    [InlineData("text/csv;q=0.1, application/json", "application/json")]
    [InlineData("application/json;q=0.5, text/csv", "text/csv; charset=utf-8")]
    [InlineData("text/csv;q=0", "application/json")]
    [InlineData("text/csvx", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/html", "application/json")]
    public async Task the_form_that_is_wanted_most_is_answered_and_json_otherwise(string accept, string contentType)
    {
        await server.ExpectAsync(200, "POST", "/v1/default/series/forms/points", """{"points":[{"fields":{"v":1},"time":"2026-01-01T00:00:00Z"}]}""");
        Assert.Equal(contentType, (await server.ExpectAsync(200, "GET", "/v1/default/series/forms/points", null, ("Accept", accept))).Header("Content-Type"));
    }

    [Theory]
    [InlineData("application/octet-stream", "application/octet-stream")]
    [InlineData("application/octet-stream;q=0.5, application/json", "application/json")]
    public async Task a_state_comes_as_bytes_where_these_are_wanted_most(string accept, string contentType)
    {
        await server.SendAsync("PUT", "/v1/default/timelines/forms", """{"dimensions":2}""");
        Assert.Equal(contentType, (await server.ExpectAsync(200, "GET", "/v1/default/timelines/forms/state", null, ("Accept", accept))).Header("Content-Type"));
    }
}
