using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Segments;

/// <summary>Writes and opens segments in a store.</summary>
internal sealed class TestSegments
{
    public TestSegments(IObjectStore store, long cacheBytes = 1 << 20)
    {
        Store = store;
        Cache = new(cacheBytes);
        Catalog = new(store, Cache, 1 << 20);
    }

    public IObjectStore Store { get; }

    public BlockCache Cache { get; }

    public SegmentCatalog Catalog { get; }

    public static TestSegments InMemory() => new(new MemoryObjectStore());

    public async Task<SegmentRef> WriteAsync(
        TestHistory history, long first, long last, string path = "default/segment", SegmentOptions? options = null)
    {
        await using var writer = await Store.CreateAsync(path, default);
        var segment = await WriteAsync(writer, history, first, last, path, options);
        Assert.True(await writer.CommitAsync(default));
        return segment;
    }

    public static async Task<SegmentRef> WriteAsync(
        IObjectWriter writer, TestHistory history, long first, long last, string path, SegmentOptions? options = null)
    {
        var segment = new SegmentWriter(writer, path, history.Agent, history.RootAt(first - 1), options);
        for (var sequence = first; sequence <= last; sequence++)
            await segment.AppendAsync(history.Records[(int)sequence - 1], default);
        return await segment.FinishAsync(new byte[] { 1, 2, 3 }, new byte[] { 9 }, default);
    }

    public Task<SegmentReader> OpenAsync(SegmentRef segment) => Catalog.OpenAsync(segment, default).AsTask();

    /// <summary>Reads every record in both ways and compares with the history.</summary>
    public static async Task AssertHoldsAsync(SegmentReader reader, TestHistory history)
    {
        var segment = reader.Segment;
        var after = segment.FirstSequence - 1;
        while (true)
        {
            var page = await reader.ReadRangeAsync(after, 1000, default);
            foreach (var record in page.Records)
                Assert.True(record.Span.SequenceEqual(history.Records[(int)after++]), $"record {after}");
            if (!page.HasMore)
                break;
        }

        Assert.Equal(segment.LastSequence, after);
        for (var sequence = segment.LastSequence; sequence >= segment.FirstSequence; sequence--)
            Assert.True((await reader.ReadRecordAsync(sequence, default)).Span.SequenceEqual(history.Records[(int)sequence - 1]));
        Assert.Equal(history.RootAt(segment.LastSequence), await reader.VerifyAsync(history.RootAt(segment.FirstSequence - 1), default));
    }
}
