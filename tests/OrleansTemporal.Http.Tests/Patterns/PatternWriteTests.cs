using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Patterns;

/// <summary>Patterns are written as everything else is.</summary>
public sealed class PatternWriteTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_definition_is_answered_with_a_receipt()
    {
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/patterns/received", """{"threshold":{"stream":"s","gt":1}}""");
        Assert.StartsWith("kv/default/", put["agent"], StringComparison.Ordinal);
        Assert.Equal(put["root"], put.Header("x-ot-root"));
        Assert.Equal(put["sequence"], (await server.ExpectAsync(200, "GET", "/v1/default/patterns/received"))["sequence"]);
        Assert.Equal(put["sequence"], (await server.ExpectAsync(200, "PUT", "/v1/default/patterns/received", """{"threshold":{"stream":"s","gt":1}}"""))["sequence"]);
    }

    [Fact]
    public async Task a_key_makes_a_write_of_a_pattern_recognisable()
    {
        const string path = "/v1/default/patterns/keyed";
        var first = await server.ExpectAsync(201, "PUT", path, """{"threshold":{"stream":"s","gt":1}}""", ("Idempotency-Key", "k"));
        Assert.Equal(first.Text, (await server.ExpectAsync(201, "PUT", path, """{"threshold":{"stream":"s","gt":1}}""", ("Idempotency-Key", "k"))).Text);
        Assert.Equal(first["writeId"], (await server.ExpectAsync(200, "PUT", path, """{"threshold":{"stream":"s","gt":1}}""", ("Idempotency-Key", "other")))["writeId"]);
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "PUT", path, """{"threshold":{"stream":"s","gt":2}}""", ("Idempotency-Key", "k"));
        await server.ExpectAsync(200, "PUT", path, """{"threshold":{"stream":"s","gt":3}}""");
        var again = await server.ExpectAsync(201, "PUT", path, """{"threshold":{"stream":"s","gt":1}}""", ("Idempotency-Key", "k"));
        Assert.Equal(first["writeId"], again["writeId"]);
        var gone = await server.ExpectAsync(200, "DELETE", path, null, ("Idempotency-Key", "k"));
        Assert.Equal(gone.Text, (await server.ExpectAsync(200, "DELETE", path, null, ("Idempotency-Key", "k"))).Text);
        await server.ExpectProblemAsync(404, "pattern_not_found", "DELETE", path);
    }

    [Fact]
    public async Task the_namespaces_of_the_system_are_read_and_not_written_to()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/patterns/told", """{"threshold":{"stream":"s","gt":1}}""");
        var written = await server.ExpectAsync(200, "GET", "/v1/default/kv/system.patterns/told");
        foreach (var ns in new[] { "system.patterns", "system.patterns.progress", "system.new" })
        {
            foreach (var (method, path, body) in new[]
            {
                ("PUT", "told", """{"x":1}"""),
                ("DELETE", "told", null),
                ("POST", "batch", """{"operations":[{"put":{"key":"told","value":1}}]}"""),
                ("PUT", "_settings", """{"ttl":"1ms"}"""),
            })
            {
                var refused = await server.ExpectProblemAsync(422, "invalid_name", method, $"/v1/default/kv/{ns}/{path}", body);
                Assert.Equal("namespace", refused["field"]);
            }
        }

        Assert.Equal(written["writeId"], (await server.ExpectAsync(200, "GET", "/v1/default/kv/system.patterns/told"))["writeId"]);
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/kv/system.patterns")).Rows, static row => row.GetProperty("key").GetString() == "told");
        Assert.Single((await server.ExpectAsync(200, "GET", "/v1/default/kv/system.patterns/told/history")).Rows);
        Assert.DoesNotContain((await server.ExpectAsync(200, "GET", "/v1/default/kv")).Rows, static row => row.GetProperty("name").GetString() == "system.new");
        await server.ExpectAsync(200, "DELETE", "/v1/default/patterns/told");
    }

    [Fact]
    public async Task a_document_that_is_no_pattern_is_in_nobodys_way()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/patterns/whole", """{"threshold":{"stream":"s","gt":1}}""");
        await server.ExpectProblemAsync(422, "invalid_name", "PUT", "/v1/default/kv/system.patterns/broken", """{"x":1}""");
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/patterns")).Rows, static row => row.GetProperty("name").GetString() == "whole");
        await server.ExpectProblemAsync(404, "pattern_not_found", "GET", "/v1/default/patterns/broken");
        await server.ExpectAsync(201, "PUT", "/v1/default/patterns/broken", """{"threshold":{"stream":"s","gt":1}}""");
        await server.ExpectAsync(200, "DELETE", "/v1/default/patterns/broken");
    }
}
