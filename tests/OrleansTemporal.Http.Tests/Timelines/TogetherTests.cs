using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Timelines;

/// <summary>Components that change together, finding steps, and coarse states, over REST.</summary>
public sealed class TogetherTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task components_that_change_together_are_told_with_their_groups()
    {
        var path = await DefineAsync("pairs");
        for (var i = 1; i <= 6; i++)
        {
            await server.ExpectAsync(201, "POST", $"{path}/deltas", i % 3 == 0 ? $$"""{"indices":[4],"values":[{{i}}],"mode":"set"}""" : $$"""{"indices":[1,3],"values":[{{i}},{{-i}}],"mode":"set"}""");
        }

        var found = await server.ExpectAsync(200, "GET", $"{path}/cooccurrence");
        var pair = Assert.Single(found.Rows);
        Assert.Equal((1, 3, 4, 1d, 1.5), (pair.GetProperty("left").GetInt32(), pair.GetProperty("right").GetInt32(), pair.GetProperty("together").GetInt32(), pair.GetProperty("coOccurrence").GetDouble(), pair.GetProperty("lift").GetDouble()));
        Assert.Equal(("[[1,3]]", "6", "3", "1"), (found["groups"], found["steps"], found["components"], found["pairCount"]));
        Assert.Empty((await server.ExpectAsync(200, "GET", $"{path}/cooccurrence?by=lift&threshold=1.6")).Rows);
        Assert.Single((await server.ExpectAsync(200, "GET", $"{path}/cooccurrence?by=correlation&threshold=0.5&changesMin=1&components=2&limit=1")).Rows);
    }

    [Theory]
    [InlineData("by=size", "by")]
    [InlineData("threshold=high", "threshold")]
    [InlineData("threshold=-1", "threshold")]
    [InlineData("threshold=NaN", "threshold")]
    [InlineData("components=1", "components")]
    [InlineData("components=1025", "components")]
    [InlineData("components=many", "components")]
    [InlineData("changesMin=0", "changesMin")]
    public async Task what_can_not_be_asked_is_refused(string query, string field)
    {
        var path = await DefineAsync("refusing");
        var answer = await server.SendAsync("GET", $"{path}/cooccurrence?{query}");
        Assert.True(answer.Status is 400 or 422, $"It answered {answer.Status}.");
        Assert.Equal(field, answer["field"]);
    }

    [Fact]
    public async Task steps_are_found_by_root_by_parent_and_by_text()
    {
        var path = await DefineAsync("finding");
        var first = await server.ExpectAsync(201, "POST", $"{path}/deltas", """{"indices":[1],"values":[1],"id":"Alpha"}""");
        var second = await server.ExpectAsync(201, "POST", $"{path}/deltas", """{"indices":[1],"values":[1],"metadata":{"run":"alphabet"}}""");
        await server.ExpectAsync(201, "POST", $"{path}/deltas", """{"indices":[2],"values":[1]}""");
        Assert.Equal(first["sequence"], Assert.Single((await server.ExpectAsync(200, "GET", $"{path}/deltas?root={first["root"]}")).Rows).GetProperty("sequence").GetRawText());
        Assert.Equal(second["sequence"], Assert.Single((await server.ExpectAsync(200, "GET", $"{path}/deltas?parent={first["sequence"]}")).Rows).GetProperty("sequence").GetRawText());
        var paged = await server.ExpectAsync(200, "GET", $"{path}/deltas?text=ALPHA&limit=1");
        Assert.Single(paged.Rows);
        Assert.Contains("text=ALPHA", paged["nextLink"]);
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", $"{path}/deltas?root=12");
    }

    [Fact]
    public async Task a_coarse_state_is_the_state_where_nothing_was_let_go()
    {
        var path = await DefineAsync("coarse");
        var first = await server.ExpectAsync(201, "POST", $"{path}/states", """{"state":[1,0,0,0,0]}""");
        var read = await server.ExpectAsync(200, "GET", $"{path}/state?asOf={first["sequence"]}&coarse=true");
        Assert.Equal(("[1,0,0,0,0]", first["sequence"]), (read["state"], read["sequence"]));
        Assert.False(read.Json.TryGetProperty("resolution", out _));
        Assert.Equal(0, (await server.ExpectAsync(200, "GET", path)).Json.GetProperty("letGo").GetInt32());
    }

    private async Task<string> DefineAsync(string name)
    {
        var path = $"/v1/default/timelines/{name}";
        await server.SendAsync("PUT", path, """{"dimensions":5}""");
        return path;
    }
}
