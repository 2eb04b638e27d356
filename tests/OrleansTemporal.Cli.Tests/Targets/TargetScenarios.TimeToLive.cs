using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task a_document_says_how_long_it_still_lives()
    {
        await OkAsync("put", "sessions", "s1", "1", "--ttl", "30d");
        await OkAsync("put", "sessions", "s2", "1");
        await OkAsync("put", "sessions", "s3", "1", "--ttl", "none");
        Assert.Matches("^(30d|29d 23h)  until 20", (await OkAsync("ttl", "sessions", "s1")).Output);
        Assert.Equal("for ever", (await OkAsync("ttl", "sessions", "s2")).Output.Trim());
        Assert.Equal("for ever", (await OkAsync("ttl", "sessions", "s3")).Output.Trim());

        var left = JsonDocument.Parse((await OkAsync("ttl", "sessions", "s1", "--json")).Output).RootElement;
        Assert.InRange(left.GetProperty("millisecondsLeft").GetInt64(), 29 * 86_400_000L, 30 * 86_400_000L);
        var document = JsonDocument.Parse((await OkAsync("get", "sessions", "s1", "--json")).Output).RootElement;
        Assert.Equal(document.GetProperty("expiresAt").GetString(), left.GetProperty("expiresAt").GetString());
        var never = JsonDocument.Parse((await OkAsync("ttl", "sessions", "s2", "--json")).Output).RootElement;
        Assert.Equal(JsonValueKind.Null, never.GetProperty("millisecondsLeft").ValueKind);
    }

    [Fact]
    public async Task a_document_that_is_over_is_not_found()
    {
        await OkAsync("put", "sessions", "gone", "1", "--ttl", "1ms");
        while ((await RunAsync("", "get", "sessions", "gone")).ExitCode == 0)
        {
            await Task.Yield();
        }

        Assert.Equal(1, (await RunAsync("", "ttl", "sessions", "gone")).ExitCode);
        Assert.Equal(2, (await OkAsync("history", "sessions", "gone", "--json")).Lines.Length);
        Assert.Equal(2, (await RunAsync("", "put", "sessions", "bad", "1", "--ttl", "0s")).ExitCode);
    }
}
