using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>If-Match and If-None-Match.</summary>
public sealed class PreconditionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task if_match_lets_only_the_version_that_stands_be_replaced()
    {
        const string path = "/v1/default/kv/pre/match";
        var first = await server.ExpectAsync(201, "PUT", path, "1");
        var second = await server.ExpectAsync(200, "PUT", path, "2", ("If-Match", first.Header("ETag")!));
        foreach (var tag in (string[])[first.Header("ETag")!, "\"abc\"", $"W/{second.Header("ETag")}"])
        {
            var refused = await server.ExpectProblemAsync(412, "precondition_failed", "PUT", path, "3", ("If-Match", tag));
            Assert.Equal(second.Header("ETag"), refused.Header("ETag"));
            await server.ExpectProblemAsync(412, "precondition_failed", "DELETE", path, null, ("If-Match", tag));
        }

        Assert.Equal("2", (await server.ExpectAsync(200, "GET", path))["value"]);
        await server.ExpectAsync(200, "DELETE", path, null, ("If-Match", second.Header("ETag")!));
    }

    [Fact]
    public async Task if_match_star_needs_a_value()
    {
        const string path = "/v1/default/kv/pre/star";
        var refused = await server.ExpectProblemAsync(412, "precondition_failed", "PUT", path, "1", ("If-Match", "*"));
        Assert.Null(refused.Header("ETag"));
        await server.ExpectAsync(201, "PUT", path, "1");
        await server.ExpectAsync(200, "PUT", path, "2", ("If-Match", "*"));
    }

    [Fact]
    public async Task if_none_match_star_needs_there_to_be_none()
    {
        const string path = "/v1/default/kv/pre/none";
        var first = await server.ExpectAsync(201, "PUT", path, "1", ("If-None-Match", "*"));
        var refused = await server.ExpectProblemAsync(412, "precondition_failed", "PUT", path, "2", ("If-None-Match", "*"));
        Assert.Equal(first.Header("ETag"), refused.Header("ETag"));
        await server.ExpectAsync(200, "DELETE", path);
        await server.ExpectAsync(201, "PUT", path, "3", ("If-None-Match", "*"));
    }

    [Theory]
    [InlineData("If-Match", "abc", 400)]
    [InlineData("If-Match", "\"a\", \"b\"", 422)]
    [InlineData("If-None-Match", "\"a\"", 422)]
    public async Task conditions_that_can_not_be_kept_are_refused(string name, string value, int status)
    {
        var answer = await server.ExpectAsync(status, "PUT", "/v1/default/kv/pre/bad", "1", (name, value));
        Assert.Equal(name, answer["field"]);
    }

    [Fact]
    public async Task get_answers_304_for_what_the_client_has()
    {
        const string path = "/v1/default/kv/pre/cached";
        var put = await server.ExpectAsync(201, "PUT", path, "1");
        foreach (var tags in (string[])[put.Header("ETag")!, $"\"x\", {put.Header("ETag")}", $"W/{put.Header("ETag")}", "*"])
        {
            var answer = await server.ExpectAsync(304, "GET", path, null, ("If-None-Match", tags));
            Assert.Equal("", answer.Text);
            Assert.Equal(put.Header("ETag"), answer.Header("ETag"));
            Assert.NotNull(answer.Header("x-ot-system-time"));
            Assert.Equal(304, (await server.SendAsync("HEAD", path, null, ("If-None-Match", tags))).Status);
        }

        await server.ExpectAsync(200, "GET", path, null, ("If-None-Match", "\"x\""));
        await server.ExpectAsync(200, "PUT", path, "2");
        await server.ExpectAsync(200, "GET", path, null, ("If-None-Match", put.Header("ETag")!));
    }

    [Fact]
    public async Task one_of_many_writers_wins_each_round()
    {
        const string path = "/v1/default/kv/pre/race";
        var tag = (await server.ExpectAsync(201, "PUT", path, "0")).Header("ETag")!;
        for (var round = 0; round < 20; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.SendAsync("PUT", path, $"{i}", ("If-Match", tag))));
            var winner = Assert.Single(answers, answer => answer.Status == 200);
            Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[200, 412]));
            tag = winner.Header("ETag")!;
        }
    }
}
