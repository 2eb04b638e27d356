using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task values_are_put_under_data_keys_that_rotate_and_go()
    {
        await OkAsync("put", "people", "before", "0");
        Assert.Equal("people: own\n", (await OkAsync("data-keys", "use", "own", "people")).Output);
        Assert.Equal("people/open: none\n", (await OkAsync("data-keys", "use", "none", "people", "open")).Output);
        Assert.Equal("people/ada: own\n", (await OkAsync("data-keys", "use", "own", "people", "ada")).Output);
        Assert.Equal("the workspace: own\n", (await OkAsync("data-keys", "use", "own")).Output);
        await OkAsync("put", "people", "ada", "1");
        await OkAsync("put", "people", "bob", "2");
        await OkAsync("put", "people", "open", "3");
        await OkAsync("put", "things", "lamp", "4");
        Assert.Equal(["/", "people/", "people/ada"], await ScopesAsync());
        Assert.StartsWith("people: number 2, ", (await OkAsync("data-keys", "rotate", "people")).Output, StringComparison.Ordinal);
        await OkAsync("data-keys", "use", "inherit", "people", "ada");
        await OkAsync("split", "people", "--partitions", "2");
        await OkAsync("put", "people", "eve", "5");
        await OkAsync("put", "people", "ada", "6");
        Assert.Equal("2\n", (await OkAsync("get", "people", "bob")).Output);
        Assert.Equal("5\n", (await OkAsync("get", "people", "eve")).Output);
        Assert.Contains("the workspace", (await OkAsync("data-keys", "list")).Output, StringComparison.Ordinal);

        await OkAsync("erase", "people", "--all");
        Assert.Equal(["/"], await ScopesAsync());
        Assert.Equal(1, (await RunAsync("", "get", "people", "bob")).ExitCode);
        Assert.Equal("4\n", (await OkAsync("get", "things", "lamp")).Output);
        Assert.Equal(2, (await RunAsync("", "data-keys", "use", "each")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "data-keys", "use", "mine", "people")).ExitCode);

        async Task<string[]> ScopesAsync() =>
        [
            .. (await OkAsync("data-keys", "list", "--json")).Lines.Select(static line => JsonDocument.Parse(line).RootElement)
                .Select(static key => $"{Text(key, "namespace")}/{Text(key, "key")}").Distinct(),
        ];

        static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
