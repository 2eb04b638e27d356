using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Texts that are not Unicode, in every kind of body.</summary>
public sealed class SurrogateTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("PUT", "/v1/default/timelines/t", """{"dimensions":2,"policy":{"gap":"\ud800"}}""")]
    [InlineData("PUT", "/v1/default/timelines/t", """{"dimensions":2,"policy":{"\udc00":1}}""")]
    [InlineData("PUT", "/v1/default/signals/s", """{"types":[{"name":"a","halfLife":"\udfff"}]}""")]
    [InlineData("PUT", "/v1/default/signals/s", """{"types":[{"name":"a","halfLife":"1d","decay":"\ud800\ud800"}]}""")]
    [InlineData("PUT", "/v1/default/lifecycle/policy", """{"tiers":{"cold":"\ud800x"}}""")]
    [InlineData("PUT", "/v1/default/lifecycle/policy", """{"compression":{"cold":"\\\ud800"}}""")]
    [InlineData("PUT", "/v1/default/views/v", """{"source":"kv/a","description":"\ud83d"}""")]
    [InlineData("PUT", "/v1/default/channels/c", """{"guarantee":"\ude00\ud83d"}""")]
    [InlineData("PUT", "/v1/default/kv/n/_settings", """{"ttl":"\uD800"}""")]
    [InlineData("PUT", "/v1/default/channels/c", """{"\ud800":1,"\ud800":2,"\udc00":3}""")]
    [InlineData("PUT", "/v1/default/channels/c", """{"a":"\""")]
    [InlineData("PUT", "/v1/default/channels/c", """{"a":"\ud8""")]
    [InlineData("PUT", "/v1/default/channels/c", """{"a":"\ud83d\ud""")]
    [InlineData("PUT", "/v1/default/vectors/v", """{"dimensions":2,"metric":"\ud83d\u0041"}""")]
    public async Task half_a_surrogate_pair_is_malformed_json(string method, string path, string body) =>
        await server.ExpectProblemAsync(400, "malformed_json", method, path, body);

    [Theory]
    [InlineData("""{"description":"\ud83d\ude00","guarantee":"x"}""")]
    [InlineData("""{"guarantee":"\\ud800"}""")]
    [InlineData("""{"guarantee":"\u0041\\\u0042"}""")]
    public async Task pairs_and_escaped_backslashes_are_text(string body) =>
        Assert.Equal("invalid_field", (await server.ExpectAsync(422, "PUT", "/v1/default/channels/c", body))["code"]);
}
