using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Segments;

/// <summary>Blocks that are read before records are asked for: few reads of the storage, several at once, the same records.</summary>
public sealed class SegmentWarmingTests
{
    private const int RecordCount = 4_000;
    private const int BlockBytes = 4 << 10;

    [Fact]
    public async Task neighbours_come_with_one_read()
    {
        var (store, reader, history) = await OpenAsync(cacheBytes: 256 << 20);
        await reader.WarmAsync([.. Enumerable.Range(1, RecordCount)], default);
        Assert.InRange(store.ReadCount, 1, 4);
        store.IsHeld = true;
        for (var sequence = 1L; sequence <= RecordCount; sequence++)
        {
            Assert.True((await reader.ReadRecordAsync(sequence, default)).Span.SequenceEqual(history.Records[(int)sequence - 1]));
        }
    }

    [Fact]
    public async Task blocks_apart_are_read_eight_at_once()
    {
        var (store, reader, history) = await OpenAsync(cacheBytes: 256 << 20);
        long[] sequences = [.. Enumerable.Range(0, 20).Select(static i => 1L + (i * 200))];
        store.IsHeld = true;
        var warming = reader.WarmAsync(sequences, default).AsTask();
        foreach (var atOnce in (int[])[8, 8, 4])
        {
            await Eventually.HoldsAsync("so many wait, and no more come", () => store.WaitingCount == atOnce);
            store.LetGo();
        }

        await warming;
        Assert.Equal(sequences.Length, store.ReadCount);
        foreach (var sequence in sequences)
        {
            Assert.True((await reader.ReadRecordAsync(sequence, default)).Span.SequenceEqual(history.Records[(int)sequence - 1]));
        }
    }

    [Fact]
    public async Task a_small_cache_is_not_flooded()
    {
        var (store, reader, _) = await OpenAsync(cacheBytes: 1 << 20);
        await reader.WarmAsync([.. Enumerable.Range(1, RecordCount)], default);
        var (empty, uncached, history) = await OpenAsync(cacheBytes: 0);
        await uncached.WarmAsync([1, RecordCount], default);
        Assert.Equal(0, empty.ReadCount);
        Assert.InRange(store.ReadCount, 1, 2);
        await TestSegments.AssertHoldsAsync(uncached, history);
        await TestSegments.AssertHoldsAsync(reader, history);
    }

    [Fact]
    public async Task a_range_of_records_comes_with_few_reads()
    {
        var (store, reader, history) = await OpenAsync(cacheBytes: 256 << 20);
        var page = await reader.ReadRangeAsync(0, int.MaxValue, default);
        Assert.False(page.HasMore);
        Assert.Equal(RecordCount, page.Records.Count);
        Assert.All(page.Records, (record, i) => Assert.True(record.Span.SequenceEqual(history.Records[i])));
        Assert.InRange(store.ReadCount, 1, 4);
    }

    [Fact]
    public async Task a_short_range_reads_no_more_than_it_needs()
    {
        var (store, reader, _) = await OpenAsync(cacheBytes: 256 << 20);
        Assert.True((await reader.ReadRangeAsync(100, 200, default)).HasMore);
        Assert.InRange(store.ReadCount, 1, 2);
    }

    [Fact]
    public async Task damage_is_found_before_it_is_cached()
    {
        var (store, reader, _) = await OpenAsync(cacheBytes: 256 << 20, static memory => memory.Content("default/segment")![1_000] ^= 1);
        var exception = await Assert.ThrowsAsync<TemporalException>(() => reader.WarmAsync([.. Enumerable.Range(1, RecordCount)], default).AsTask());
        Assert.Equal(ErrorKind.Corrupt, exception.Kind);
        Assert.NotEqual(0, store.ReadCount);
    }

    [Fact]
    public async Task a_sequence_of_another_segment_is_refused()
    {
        var (_, reader, _) = await OpenAsync(cacheBytes: 256 << 20);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.WarmAsync([RecordCount + 1], default).AsTask());
    }

    // The store counts from when the segment is open.
    private static async Task<(WaitingStore Store, SegmentReader Reader, TestHistory History)> OpenAsync(
        long cacheBytes, Action<MemoryObjectStore>? damage = null)
    {
        var history = new TestHistory(7).AddMany(RecordCount);
        var memory = new MemoryObjectStore();
        var segment = await new TestSegments(memory).WriteAsync(history, 1, RecordCount, options: new SegmentOptions { BlockBytes = BlockBytes });
        damage?.Invoke(memory);
        var store = new WaitingStore(memory);
        var reader = await new TestSegments(store, cacheBytes).OpenAsync(segment);
        store.ReadCount = 0;
        return (store, reader, history);
    }
}
