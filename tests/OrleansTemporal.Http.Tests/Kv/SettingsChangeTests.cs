using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>What a change of settings does not name stays as it is.</summary>
public sealed class SettingsChangeTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_change_of_one_setting_leaves_the_others()
    {
        const string path = "/v1/default/kv/kept/_settings";
        await server.ExpectAsync(201, "PUT", path, """{"partitions":4}""");
        await server.ExpectAsync(200, "PUT", path, """{"ttl":"7d"}""");
        await server.ExpectAsync(200, "PUT", path, """{"indexes":[{"field":"n"}]}""");
        await server.ExpectAsync(200, "PUT", path, """{"durability":"buffered"}""");
        var get = await server.ExpectAsync(200, "GET", path);
        Assert.Equal("""{"partitions":4,"ttl":"7d","indexes":[{"field":"n"}],"durability":"buffered","dataKey":"inherit","dataKeys":{}}""", get.Text);
        await server.ExpectAsync(200, "PUT", path, """{"ttl":null,"indexes":[]}""");
        get = await server.ExpectAsync(200, "GET", path);
        Assert.Equal("""{"partitions":4,"ttl":null,"indexes":[],"durability":"buffered","dataKey":"inherit","dataKeys":{}}""", get.Text);
    }

    [Fact]
    public async Task a_new_namespace_waits_for_the_disk_as_its_workspace_does()
    {
        await server.ExpectAsync(201, "PUT", "/v1/quick", """{"durability":"buffered"}""");
        Assert.Equal("buffered", (await server.ExpectAsync(201, "PUT", "/v1/quick/kv/n/_settings", """{"ttl":"7d"}"""))["durability"]);
        Assert.Equal("buffered", (await server.ExpectAsync(200, "PUT", "/v1/quick"))["durability"]);
        Assert.Equal("durable", (await server.ExpectAsync(200, "PUT", "/v1/quick", """{"durability":"durable"}"""))["durability"]);
    }
}
