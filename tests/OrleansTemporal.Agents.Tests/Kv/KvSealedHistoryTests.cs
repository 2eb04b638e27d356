using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Storage.Memory;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>A history whose versions lie in segments is read from several places at once, and from no more than it shows.</summary>
public sealed class KvSealedHistoryTests
{
    private const int Versions = 40;
    private const int ReadsAtOnce = 16;

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task versions_are_read_side_by_side_and_told_in_their_order(bool ascending)
    {
        await using var store = await FilledAsync();
        var reads = 0;
        store.Objects.Faults = (operation, path) => IsRead(operation, path) && Interlocked.Increment(ref reads) > 0 ? new ObjectFault(Delay) : ObjectFault.None;
        var history = ReadAsync(store, ascending, Versions);
        await Eventually.HoldsAsync("as many reads wait as may", () => Volatile.Read(ref reads) == ReadsAtOnce);
        while (!history.IsCompleted)
        {
            store.Time.Advance(Delay);
            await Task.Yield();
        }

        var told = (await history).Versions.Select(static version => version.Sequence);
        Assert.Equal(ascending ? Sequences : Sequences.Reverse(), told);
        Assert.Equal(Versions, reads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task a_page_reads_no_more_than_it_shows(int limit)
    {
        await using var store = await FilledAsync();
        var reads = 0;
        store.Objects.Faults = (operation, path) => IsRead(operation, path) && Interlocked.Increment(ref reads) > 0 ? ObjectFault.None : ObjectFault.None;
        var page = await ReadAsync(store, ascending: false, limit);
        Assert.Equal(Sequences.Reverse().Take(limit), page.Versions.Select(static version => version.Sequence));
        Assert.Equal(page.Versions[^1].WriteId, page.Next);
        Assert.Equal(limit, reads);
    }

    [Fact]
    public async Task one_read_that_fails_fails_the_history_and_leaves_nothing_behind()
    {
        await using var store = await FilledAsync();
        for (var failing = 1; failing <= Versions; failing += 3)
        {
            var reads = 0;
            var ended = failing;
            store.Objects.Faults = (operation, path) => IsRead(operation, path) && Interlocked.Increment(ref reads) == ended ? ObjectFault.Before : ObjectFault.None;
            await Assert.ThrowsAsync<TemporalException>(() => ReadAsync(store, ascending: true, Versions));
            store.Objects.Faults = null;
            Assert.Equal(Sequences, (await ReadAsync(store, ascending: true, Versions)).Versions.Select(static version => version.Sequence));
        }
    }

    private static IEnumerable<long> Sequences => Enumerable.Range(1, Versions).Select(static sequence => (long)sequence);

    private static bool IsRead(ObjectOperation operation, string path) => operation == ObjectOperation.Read && path.EndsWith(".seg", StringComparison.Ordinal);

    private static Task<KvHistoryPage> ReadAsync(HeldStore store, bool ascending, int limit) =>
        store.Agent(Namespace).GetHistoryAsync(new KvHistoryQuery { Key = "k", Ascending = ascending, Limit = limit }, CancellationToken.None).AsTask();

    // Each version in a segment of its own, whose index is known; no block is kept.
    private static async Task<HeldStore> FilledAsync()
    {
        var store = await HeldStore.OpenAsync(new AgentOptions { CacheBytesMax = 0 });
        for (var version = 1; version <= Versions; version++)
        {
            await store.PutAsync("k", $"{version}");
            await TestStore.SealAsync(store.Agent(Namespace), allowMerges: false);
        }

        await store.ReopenAsync(clean: true);
        await ReadAsync(store, ascending: true, Versions);
        return store;
    }
}
