using System.Globalization;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>What tells versions apart, and what finding one of them costs.</summary>
public sealed class KvVersionTests
{
    [Fact]
    public async Task equal_values_at_one_instant_are_versions_of_their_own()
    {
        // Time stands still: the millisecond is the same for all of them.
        await using var store = await HeldStore.OpenAsync();
        var writes = new[]
        {
            await store.PutAsync("a", "\"same\""),
            await store.PutAsync("b", "\"same\""),
            await store.PutAsync("a", "\"same\""),
            await store.PutAsync("a", "\"same\"", ns: "other"),
        };
        Assert.Equal(writes.Length, writes.Select(static write => write.Outcomes[0].WriteId).Distinct().Count());
        Assert.Single(writes.Select(static write => write.Outcomes[0].DistinctionId).Distinct());
        Assert.Single(writes.Select(static write => write.Receipt.SystemTime.Milliseconds).Distinct());
        Assert.Equal(writes.Length, writes.Select(static write => write.Receipt.SystemTime).Distinct().Count());
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(
                [writes[0].Outcomes[0].WriteId, writes[2].Outcomes[0].WriteId], (await store.HistoryAsync("a")).Select(static version => version.WriteId));
            Assert.Equal(writes[1].Outcomes[0].WriteId, Assert.Single(await store.HistoryAsync("b")).WriteId);
            await TestStore.SealAsync(store.Agent(Namespace));
            await store.ReopenAsync(clean: true);
        }
    }

    [Fact]
    public async Task two_writes_of_one_key_in_one_millisecond_are_both_read_back()
    {
        await using var store = await HeldStore.OpenAsync();
        var first = (await store.PutAsync("k", "1")).Receipt.SystemTime;
        var second = (await store.PutAsync("k", "2")).Receipt.SystemTime;
        Assert.Equal((first.Milliseconds, true), (second.Milliseconds, first < second));
        Assert.Equal(("1", "2"), (await store.GetAsync("k", AsOf.At(first)), await store.GetAsync("k", AsOf.At(second))));
    }

    [Fact]
    public async Task a_batch_is_one_flush()
    {
        await using var store = await DiskStore.OpenAsync(1);
        await store.PutAsync("k", "0");
        var before = store.Database.Log.FlushCount;
        await store.BatchAsync([.. Enumerable.Range(0, 1_000).Select(static i => Put($"k{i}", "1"))]);
        Assert.Equal(before + 1, store.Database.Log.FlushCount);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(30_000)]
    public async Task a_version_among_many_sealed_ones_takes_few_reads(int count)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = 0, CacheBytesMax = 0 });
        var moments = new List<HybridTimestamp>();
        for (var i = 0; i < count; i += 1_000)
        {
            var part = Enumerable.Range(i, 1_000).Select(static n => Put("k", n.ToString(CultureInfo.InvariantCulture)));
            moments.Add((await store.BatchAsync([.. part])).SystemTime);
        }

        await TestStore.SealAsync(store.Agent(Namespace));
        Assert.Equal("999", await store.GetAsync("k", AsOf.At(moments[0])));

        var calls = 0;
        store.Objects.Faults = (_, _) =>
        {
            Interlocked.Increment(ref calls);
            return Storage.Memory.ObjectFault.None;
        };
        var middle = moments.Count / 2;
        Assert.Equal($"{(middle * 1_000) + 999}", await store.GetAsync("k", AsOf.At(moments[middle])));
        Assert.InRange(calls, 1, 8);
    }

    [Fact]
    public async Task metadata_is_under_the_root()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", new KvPutOptions { Metadata = [new("source", "import"), new("batch", "7")] });
        var delta = DeltaRecord.Read((await store.Agent(Namespace).ReadDeltasAsync(0, 1, CancellationToken.None)).Records[0]);
        Assert.Equal(["batch=7", "source=import"], delta.Metadata.Select(static pair => $"{pair.Key}={pair.Value}"));
    }
}
