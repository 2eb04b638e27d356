using OrleansTemporal.Agents.Tests.Stores;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>Values that are the same are stored once, and memory that sealed state makes superfluous is let go.</summary>
public sealed class KvSharingTests
{
    [Fact]
    public async Task a_hundred_writes_of_one_value_are_a_hundred_versions_and_one_stored_value()
    {
        await using var store = await HeldStore.OpenAsync();

        // Letters that don't compress, so that the sizes tell how often the value is there.
        var random = new Random(1);
        var value = $"\"{Convert.ToHexString(Enumerable.Range(0, 5_000).Select(_ => (byte)random.Next(256)).ToArray())}\"";
        for (var i = 0; i < 100; i++)
        {
            await store.PutAsync("k", value);
        }

        Assert.Equal(100, (await store.HistoryAsync("k")).Length);
        await TestStore.SealAsync(store.Agent(Namespace));
        await store.ReopenAsync(clean: true);
        var history = await store.HistoryAsync("k");
        Assert.Equal(100, history.Length);
        Assert.Single(history.Select(static version => version.DistinctionId).Distinct());
        Assert.All(history, version => Assert.Equal(value, System.Text.Encoding.UTF8.GetString(version.Value.Span)));
        var status = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        Assert.InRange(status.WarmBytes, 1, 4 * value.Length);
        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task sealed_generations_are_let_go_when_memory_is_short()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 20_000, MemoryBytesMax = 50_000 });
        for (var i = 0; i < 1_000; i++)
        {
            await store.PutAsync($"k{i:d4}", $"\"{new string('x', 200)}\"");
            if (i % 50 == 0)
            {
                await store.MaintainAsync();
            }
        }

        await store.MaintainAsync();
        Assert.InRange(store.Database.MemoryBytes, 1, 50_000);
        Assert.Equal(1_000, (await store.KeysAsync()).Length);
    }

    [Fact]
    public async Task memory_is_given_back_when_agents_are_closed()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        await store.PutAsync("k", "1", ns: "other");
        var memory = store.Services.Memory;
        Assert.True(memory.Bytes > 0);
        await store.Database.Directory.RemoveAsync(Workspace, default);
        await store.LeaveAsync(clean: true);
        Assert.Equal(0, memory.Bytes);
        await store.StartAsync();
    }

    [Fact]
    public async Task merges_keep_segments_and_runs_few_and_remove_what_they_replace()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 2_000, MemoryBytesMax = 0 });
        for (var i = 0; i < 2_000; i++)
        {
            await store.PutAsync($"k{i % 100:d2}", $"{i}");
            await store.Database.MaintainAsync(CancellationToken.None);
        }

        await store.MaintainAsync();
        var status = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        Assert.InRange(status.RunCount, 1, 40);
        Assert.InRange(status.SegmentCount, 1, 60);
        var folder = $"{Workspace}/kv/{Namespace}/";
        Assert.Equal(status.RunCount, store.Objects.Objects.Count(item => item.Path.StartsWith(folder, StringComparison.Ordinal) && item.Path.EndsWith(".run", StringComparison.Ordinal)));
        Assert.Equal(status.SegmentCount, store.Objects.Objects.Count(item => item.Path.StartsWith(folder, StringComparison.Ordinal) && item.Path.EndsWith(".seg", StringComparison.Ordinal)));
        Assert.Equal(100, (await store.KeysAsync()).Length);
    }
}
