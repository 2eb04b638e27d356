using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>Forgetting documents for good, over REST.</summary>
public sealed class ErasureTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task erased_key_is_not_found_and_its_history_says_so()
    {
        var first = await server.ExpectAsync(201, "PUT", "/v1/default/kv/one/ada", "{\"name\":\"Ada\"}");
        await server.ExpectAsync(200, "PUT", "/v1/default/kv/one/ada", "{\"name\":\"Ada Lovelace\"}");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/one/bob", "1");
        var erased = await server.ExpectAsync(200, "POST", "/v1/default/erasures", """{"kv":{"namespace":"one","key":"ada"},"reason":"asked to"}""");
        Assert.Equal("kv/default/one/0", erased["agent"]);
        Assert.Equal(erased["root"], erased.Header("x-ot-root"));
        Assert.Equal((1, 2, true), (erased.Json.GetProperty("keys").GetInt32(), erased.Json.GetProperty("versions").GetInt32(), erased.Json.GetProperty("purged").GetBoolean()));

        Assert.Equal("key_not_found", (await server.ExpectAsync(404, "GET", "/v1/default/kv/one/ada"))["code"]);
        Assert.Equal("value_erased", (await server.ExpectAsync(410, "GET", $"/v1/default/kv/one/ada?asOf={first["sequence"]}"))["code"]);
        var history = (await server.ExpectAsync(200, "GET", "/v1/default/kv/one/ada/history?order=asc")).Json.GetProperty("value");
        Assert.Equal([true, true, false], history.EnumerateArray().Select(static version => version.GetProperty("erased").GetBoolean()));
        Assert.Equal([false, false, true], history.EnumerateArray().Select(static version => version.GetProperty("deleted").GetBoolean()));
        Assert.All(history.EnumerateArray(), static version => Assert.False(version.TryGetProperty("value", out _) || version.TryGetProperty("distinctionId", out _)));
        Assert.Equal(first["writeId"], history[0].GetProperty("writeId").GetString());
        var keys = (await server.ExpectAsync(200, "GET", "/v1/default/kv/one")).Json.GetProperty("value");
        Assert.Equal(["bob"], keys.EnumerateArray().Select(static key => key.GetProperty("key").GetString()));

        await server.ExpectAsync(201, "PUT", "/v1/default/kv/one/ada", "{\"name\":\"another\"}");
        await server.ExpectAsync(200, "GET", "/v1/default/kv/one/ada");
    }

    [Fact]
    public async Task prefix_namespace_and_workspace_are_erased()
    {
        await server.SendAsync("PUT", "/v1/forget");
        foreach (var (ns, key) in new[] { ("a", "x1"), ("a", "x2"), ("a", "y"), ("b", "x1"), ("c", "z") })
        {
            await server.ExpectAsync(201, "PUT", $"/v1/forget/kv/{ns}/{key}", "1");
        }

        Assert.Equal(2, (await EraseAsync("""{"kv":{"namespace":"a","prefix":"x"}}""")).GetProperty("keys").GetInt32());
        Assert.Equal(1, (await EraseAsync("""{"kv":{"namespace":"a"}}""")).GetProperty("keys").GetInt32());
        Assert.Equal(2, (await EraseAsync("""{"workspace":true}""")).GetProperty("keys").GetInt32());
        Assert.Equal(0, (await EraseAsync("""{"workspace":true}""")).GetProperty("receipts").GetArrayLength());
        foreach (var ns in new[] { "a", "b", "c" })
        {
            Assert.Equal(0, (await server.ExpectAsync(200, "GET", $"/v1/forget/kv/{ns}")).Json.GetProperty("value").GetArrayLength());
        }

        async Task<JsonElement> EraseAsync(string body) => (await server.ExpectAsync(200, "POST", "/v1/forget/erasures", body)).Json;
    }

    [Theory]
    [InlineData("{}", 422, "invalid_field")]
    [InlineData("{\"kv\":{}}", 422, "invalid_field")]
    [InlineData("{\"kv\":{\"namespace\":\"n\",\"key\":\"k\",\"prefix\":\"k\"}}", 422, "invalid_field")]
    [InlineData("{\"kv\":{\"namespace\":\"n\"},\"workspace\":true}", 422, "invalid_field")]
    [InlineData("{\"workspace\":false}", 422, "invalid_field")]
    [InlineData("{\"kv\":{\"namespace\":\"_n\"}}", 422, "invalid_name")]
    [InlineData("{\"kv\":{\"namespace\":\"nobody\",\"key\":\"k\"}}", 404, "key_not_found")]
    [InlineData("{\"kv\":", 400, "malformed_json")]
    public async Task what_can_not_be_is_refused(string body, int status, string code) =>
        Assert.Equal(code, (await server.ExpectAsync(status, "POST", "/v1/default/erasures", body))["code"]);
}
