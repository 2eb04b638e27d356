using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>Recovery from a log of many pages: one is read, one verified and one folded at a time.</summary>
public sealed class KvReplayTests
{
    private const int Keys = 150;
    private const int Writes = 1_000;

    private static readonly AgentId Id = new(Workspace, AgentKind.Kv, Namespace, 0);

    [Fact]
    public async Task what_many_pages_hold_is_there_again_under_the_same_root()
    {
        await using var store = await FilledAsync();
        var before = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        var histories = await HistoriesAsync(store);
        for (var life = 0; life < 3; life++)
        {
            await store.ReopenAsync(clean: false);
            Assert.Equal(histories, await HistoriesAsync(store));
            var after = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
            Assert.Equal((before.Sequence, before.Root), (after.Sequence, after.Root));
        }
    }

    [Fact]
    public async Task a_byte_changed_in_any_page_is_refused_and_never_served()
    {
        await using var store = await FilledAsync();
        var random = new Random(3);
        for (var round = 0; round < 30; round++)
        {
            // The payload is under its commitment; bytes of the header are the journal's checksums to verify.
            var sequence = round < 2 ? 1 + (round * (Writes - 1)) : random.Next(1, Writes + 1);
            var record = store.Logs.BytesOf(Id, sequence);
            var at = record.Length - 1 - random.Next(record.Length / 2);
            record[at] ^= 1;
            await store.ReopenAsync(clean: false);
            var refusal = await RefusedAsync(ErrorCodes.Corrupt, () => store.GetAsync("k0"));
            Assert.Contains($"delta {sequence} ", refusal.Message, StringComparison.Ordinal);
            record[at] ^= 1;
        }

        await store.ReopenAsync(clean: false);
        Assert.NotNull(await store.GetAsync("k0"));
    }

    [Fact]
    public async Task a_delta_that_does_not_follow_its_page_is_refused()
    {
        await using var store = await FilledAsync();
        foreach (var sequence in (int[])[2, Writes / 2, Writes])
        {
            var record = store.Logs.BytesOf(Id, sequence);
            var earlier = store.Logs.BytesOf(Id, sequence - 1);
            Assert.Equal(earlier.Length, record.Length);
            var kept = record.ToArray();
            earlier.CopyTo(record, 0);
            await store.ReopenAsync(clean: false);
            await RefusedAsync(ErrorCodes.Corrupt, () => store.GetAsync("k0"));
            kept.CopyTo(record, 0);
        }
    }

    private static async Task<HeldStore> FilledAsync()
    {
        var store = await HeldStore.OpenAsync();
        for (var i = 0; i < Writes; i++)
        {
            // About five pages.
            await store.PutAsync($"k{i % Keys}", $"\"{i:D6}{new string('v', 5_000)}\"");
        }

        return store;
    }

    private static async Task<string[]> HistoriesAsync(HeldStore store)
    {
        var all = new List<string>();
        for (var key = 0; key < Keys; key++)
        {
            all.AddRange((await store.HistoryAsync($"k{key}")).Select(static version => $"{version.WriteId} {version.SystemTime} {System.Text.Encoding.UTF8.GetString(version.Value.Span)}"));
        }

        Assert.Equal(Writes, all.Count);
        return [.. all];
    }
}
