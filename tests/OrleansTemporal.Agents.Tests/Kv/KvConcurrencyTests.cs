using System.Globalization;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>Real threads: one gate per agent, so nothing forks, and nothing is lost while housekeeping runs beside it.</summary>
public sealed class KvConcurrencyTests
{
    private const int Writers = 8;
    private const int WritesEach = 2_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task writers_of_one_key_never_fork_it(bool isOnDisk)
    {
        await using var store = await OpenAsync(isOnDisk, new AgentOptions { GenerationBytesMax = 200_000, MemoryBytesMax = 400_000 });
        await store.PutAsync("k", "-1");
        using var done = new CancellationTokenSource();
        var keeper = KeepHouseAsync(store, done.Token);
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < WritesEach; i++)
            {
                await store.PutAsync("k", (writer * WritesEach + i).ToString(CultureInfo.InvariantCulture));
            }
        }));
        await Task.WhenAll(writers);
        await done.CancelAsync();
        await keeper;
        await CheckUnbrokenAsync(store, 1 + (Writers * WritesEach));
        await store.ReopenAsync(clean: false);
        await CheckUnbrokenAsync(store, 1 + (Writers * WritesEach));
        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_counter_behind_if_match_loses_no_increment(bool isOnDisk)
    {
        await using var store = await OpenAsync(isOnDisk, new AgentOptions { GenerationBytesMax = 20_000, MemoryBytesMax = 0 });
        await store.PutAsync("k", "0");
        using var done = new CancellationTokenSource();
        var keeper = KeepHouseAsync(store, done.Token);
        const int increments = 200;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < increments;)
            {
                var seen = (await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, "k", AsOf.Latest, CancellationToken.None)).Version!;
                var next = int.Parse(System.Text.Encoding.UTF8.GetString(seen.Value.Span), CultureInfo.InvariantCulture) + 1;
                try
                {
                    await store.PutAsync("k", next.ToString(CultureInfo.InvariantCulture), new KvPutOptions { IfMatch = seen.WriteId });
                    i++;
                }
                catch (TemporalException refusal) when (refusal.Code == ErrorCodes.PreconditionFailed)
                {
                    // Somebody else was first; look again.
                }
            }
        })));
        await done.CancelAsync();
        await keeper;
        Assert.Equal((4 * increments).ToString(CultureInfo.InvariantCulture), await store.GetAsync("k"));
        Assert.Equal(1 + (4 * increments), (await store.HistoryAsync("k")).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task writers_of_different_keys_each_find_all_of_their_own(bool isOnDisk)
    {
        await using var store = await OpenAsync(isOnDisk, new AgentOptions { GenerationBytesMax = 50_000, MemoryBytesMax = 0 });
        using var done = new CancellationTokenSource();
        var keeper = KeepHouseAsync(store, done.Token);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var result = await store.PutAsync($"w{writer}", i.ToString(CultureInfo.InvariantCulture));
                Assert.Equal(i.ToString(CultureInfo.InvariantCulture), await store.GetAsync($"w{writer}", AsOf.At(result.Receipt.SystemTime)));
            }
        })));
        await done.CancelAsync();
        await keeper;
        for (var writer = 0; writer < Writers; writer++)
        {
            var history = await store.HistoryAsync($"w{writer}");
            Assert.Equal(Enumerable.Range(0, 500).Select(static i => i.ToString(CultureInfo.InvariantCulture)), history.Select(static version => System.Text.Encoding.UTF8.GetString(version.Value.Span)));
        }
    }

    private static async Task<TestStore> OpenAsync(bool isOnDisk, AgentOptions options) =>
        isOnDisk ? await DiskStore.OpenAsync(1, options) : await HeldStore.OpenAsync(options);

    private static async Task CheckUnbrokenAsync(TestStore store, int count)
    {
        var versions = new List<KvVersion>();
        var query = new KvHistoryQuery { Key = "k", Ascending = true, Limit = Limits.PageCountMax };
        do
        {
            var page = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, query, CancellationToken.None);
            versions.AddRange(page.Versions);
            query = query with { Cursor = page.Next };
        }
        while (!query.Cursor.IsNone);

        Assert.Equal(count, versions.Count);
        Assert.Equal(count, versions.Select(static version => System.Text.Encoding.UTF8.GetString(version.Value.Span)).Distinct().Count());
        Assert.Equal(versions.Select(static version => version.WriteId), versions.Select(static version => version.PreviousWriteId).Skip(1).Append(versions[^1].WriteId));
        Assert.True(versions[0].PreviousWriteId.IsNone);
    }

    private static async Task KeepHouseAsync(TestStore store, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            await store.Database.MaintainAsync(CancellationToken.None);
            await Task.Yield();
        }
    }
}
