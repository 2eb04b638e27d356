using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>Reads as of a moment.</summary>
public sealed class AsOfTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task every_version_is_read_back_by_its_time_and_its_sequence()
    {
        const string path = "/v1/default/kv/past/doc";
        var writes = new List<Answer>();
        for (var i = 0; i < 5; i++)
        {
            writes.Add(await server.SendAsync("PUT", path, $"{i}"));
        }

        var deleted = await server.ExpectAsync(200, "DELETE", path);
        for (var i = 0; i < 5; i++)
        {
            var byTime = await server.ExpectAsync(200, "GET", $"{path}?asOf={writes[i]["systemTime"]}");
            Assert.Equal($"{i}", byTime["value"]);
            Assert.Equal(writes[i]["systemTime"], byTime.Json.GetProperty("asOf").GetProperty("systemTime").GetString());
            var bySequence = await server.ExpectAsync(200, "GET", $"{path}?asOf={writes[i]["sequence"]}");
            Assert.Equal(writes[i]["writeId"], bySequence["writeId"]);
            Assert.Equal(writes[i]["sequence"], bySequence.Json.GetProperty("asOf").GetProperty("sequence").ToString());
        }

        await server.ExpectProblemAsync(404, "key_not_found", "GET", $"{path}?asOf={deleted["systemTime"]}");
    }

    [Fact]
    public async Task key_that_came_later_has_no_value_at_that_time()
    {
        var before = await server.ExpectAsync(201, "PUT", "/v1/default/kv/past/before", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/past/later", "1");
        await server.ExpectProblemAsync(404, "no_value_at", "GET", $"/v1/default/kv/past/later?asOf={before["systemTime"]}");
        await server.ExpectProblemAsync(404, "no_value_at", "GET", "/v1/default/kv/past/later?asOf=1969-01-01T00:00:00Z");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", $"/v1/default/kv/past/never?asOf={before["systemTime"]}");
    }

    [Fact]
    public async Task offsets_are_understood_with_and_without_escapes()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/past/offset", "1");
        await server.ExpectProblemAsync(404, "no_value_at", "GET", "/v1/default/kv/past/offset?asOf=2020-01-01T00:00:00+01:00");
        await server.ExpectProblemAsync(404, "no_value_at", "GET", "/v1/default/kv/past/offset?asOf=2020-01-01T00%3A00%3A00%2B01%3A00");
    }

    [Theory]
    [InlineData("", 400, "malformed_parameter")]
    [InlineData("yesterday", 400, "malformed_parameter")]
    [InlineData("2020-13-01T00:00:00Z", 400, "malformed_parameter")]
    [InlineData("-1", 400, "malformed_parameter")]
    [InlineData("1.5", 400, "malformed_parameter")]
    [InlineData("%FF", 400, "malformed_parameter")]
    [InlineData("0", 422, "invalid_field")]
    [InlineData("99999999999999999999", 422, "invalid_field")]
    [InlineData("2999-01-01T00:00:00Z", 422, "as_of_in_future")]
    public async Task moments_that_can_not_be_are_refused(string asOf, int status, string code)
    {
        await server.SendAsync("PUT", "/v1/default/kv/past/moments", "1");
        var answer = await server.ExpectProblemAsync(status, code, "GET", $"/v1/default/kv/past/moments?asOf={asOf}");
        Assert.Equal("asOf", answer["field"]);
        await server.ExpectAsync(status, "GET", $"/v1/default/kv/past?asOf={asOf}");
        await server.ExpectAsync(status, "GET", $"/v1/default/kv/past/moments/history?asOf={asOf}");
    }

    [Fact]
    public async Task sequence_needs_one_agent()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/parted/_settings", """{"partitions":4}""");
        for (var i = 0; i < 16; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/parted/k{i}", "1");
        }

        await server.ExpectProblemAsync(422, "sequence_needs_one_agent", "GET", "/v1/default/kv/parted?asOf=1");
        await server.ExpectAsync(200, "GET", $"/v1/default/kv/parted/k0?asOf={(await server.ExpectAsync(200, "GET", "/v1/default/kv/parted/k0"))["sequence"]}");
        await server.ExpectProblemAsync(422, "as_of_in_future", "GET", "/v1/default/kv/parted/k0?asOf=9223372036854775807");
    }

    [Fact]
    public async Task answer_as_of_a_moment_never_changes()
    {
        const string path = "/v1/default/kv/past/closed";
        var moment = (await server.ExpectAsync(201, "PUT", path, "1")).Header("x-ot-system-time");
        var first = await server.ExpectAsync(200, "GET", $"{path}?asOf={moment}");
        await server.ExpectAsync(200, "PUT", path, "2");
        Assert.Equal(first.Text, (await server.ExpectAsync(200, "GET", $"{path}?asOf={moment}")).Text);
    }
}
