using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task a_channel_is_subscribed_to_followed_acknowledged_and_left()
    {
        Assert.Contains("carries kv/orders", (await OkAsync("channel", "put", "orders", "--source", "kv/orders", "--guarantee", "exactlyOnce")).Output, StringComparison.Ordinal);
        Assert.Contains("exactlyOnce", (await OkAsync("channel", "list")).Output, StringComparison.Ordinal);
        var id = (await OkAsync("subscribe", "create", "orders", "--from", "beginning", "--name", "mine", "--max-tries", "1")).Output.Trim();
        for (var i = 1; i <= 3; i++)
        {
            await OkAsync("put", "orders", $"k{i}", $"{i}");
        }

        var followed = (await OkAsync("subscribe", "follow", id, "--count", "3")).Lines.Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["k1", "k2", "k3"], followed.Select(static delta => delta.GetProperty("key").GetString()));
        var second = followed[1].GetProperty("cursor").GetString()!;
        Assert.Equal("k3", Key(Assert.Single((await OkAsync("subscribe", "follow", id, "--count", "1", "--after", second)).Lines)));

        Assert.Equal(3, (await OkAsync("subscribe", "pull", id, "--wait", "5s")).Lines.Length);
        await OkAsync("subscribe", "ack", id, followed[0].GetProperty("cursor").GetString()!);
        await OkAsync("subscribe", "nack", id, second);
        Assert.Equal("k2", Key(Assert.Single((await OkAsync("subscribe", "dead", id, "--json")).Lines)));
        Assert.Contains("paused", (await OkAsync("subscribe", "pause", id)).Output, StringComparison.Ordinal);
        Assert.Empty((await OkAsync("subscribe", "pull", id)).Output.Trim());
        await OkAsync("subscribe", "resume", id);
        Assert.Equal("k3", Key(Assert.Single((await OkAsync("subscribe", "follow", id, "--count", "1", "--ack")).Lines)));
        var described = JsonDocument.Parse((await OkAsync("subscribe", "get", id)).Output).RootElement;
        Assert.Equal(("mine", 0, 1), (described.GetProperty("name").GetString(), described.GetProperty("metrics").GetProperty("lag").GetInt32(), described.GetProperty("metrics").GetProperty("dead").GetInt32()));
        Assert.Equal(3, JsonDocument.Parse((await OkAsync("channel", "get", "orders")).Output).RootElement.GetProperty("metrics").GetProperty("published").GetInt32());
        Assert.Contains(id, (await OkAsync("subscribe", "list")).Output, StringComparison.Ordinal);
        await OkAsync("subscribe", "delete", id);
        Assert.Equal(1, (await RunAsync("", "subscribe", "follow", id)).ExitCode);

        static string Key(string line) => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!;
    }

    [Fact]
    public async Task what_channels_and_subscriptions_refuse_is_told_by_the_exit_code()
    {
        Assert.Equal(2, (await RunAsync("", "channel", "put", "c", "--source", "nonsense")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "channel", "put", "c", "--source", "catalog")).ExitCode);
        await OkAsync("channel", "put", "c");
        Assert.Equal(1, (await RunAsync("", "channel", "get", "none")).ExitCode);
        Assert.Equal(1, (await RunAsync("", "subscribe", "create", "none")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "subscribe", "create", "c", "--filter", "{")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "subscribe", "create", "c", "--filter", """{"surprise":1}""")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "subscribe", "create", "c", "--from", "9")).ExitCode);
        Assert.Equal(1, (await RunAsync("", "subscribe", "pause", "none")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "subscribe", "pull", "none", "--max", "0")).ExitCode);
    }
}
