using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Segments;

public class SegmentMergeTests
{
    /// <summary>However a history is cut into segments and merged, it reads the same.</summary>
    [Fact]
    public async Task a_merge_keeps_every_record_bit_for_bit()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var history = new TestHistory(seed).AddMany(random.Next(2, 400), random.Next(1, 2_000), 0.4, 0.3);
            var segments = new TestSegments(new MemoryObjectStore());
            var parts = new List<SegmentReader>();
            for (long first = 1; first <= history.Count;)
            {
                var last = Math.Min(history.Count, first + random.Next(0, 100));
                var options = new SegmentOptions
                {
                    Codec = (BlockCodec)random.Next(4),
                    PackedPercentMax = 90,
                    BlockBytes = random.Next(500, 8_000),
                    Parts = random.Next(2) == 0 ? new WholePayload() : null,
                };
                parts.Add(await segments.OpenAsync(await segments.WriteAsync(history, first, last, $"part-{first}", options)));
                first = last + 1;
            }

            var merged = await MergeAsync(segments, parts, "merged", new() { BlockBytes = random.Next(500, 8_000) });
            Assert.Equal(parts.Sum(part => part.Segment.OperationCount), merged.OperationCount);
            Assert.Equal(parts.Sum(part => part.Segment.RawBytes), merged.RawBytes);
            await TestSegments.AssertHoldsAsync(await segments.OpenAsync(merged), history);
        }
    }

    [Fact]
    public async Task many_tiny_segments_become_few_blocks()
    {
        var history = new TestHistory(1).AddMany(300, 100);
        var segments = TestSegments.InMemory();
        var parts = new List<SegmentReader>();
        for (var i = 1; i <= 300; i++)
            parts.Add(await segments.OpenAsync(await segments.WriteAsync(history, i, i, $"part-{i}")));
        var merged = await segments.OpenAsync(await MergeAsync(segments, parts, "merged", null));
        Assert.InRange((await merged.ReadFooterAsync(default)).Blocks.Length, 1, 4);
        await TestSegments.AssertHoldsAsync(merged, history);
    }

    /// <summary>Packed for a colder tier and for the next, in whatever pieces, a history reads the same.</summary>
    [Theory]
    [InlineData(StorageTier.Cold)]
    [InlineData(StorageTier.Deep)]
    public async Task packing_for_a_colder_tier_keeps_every_record_bit_for_bit(StorageTier tier)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var history = new TestHistory(seed).AddMany(random.Next(2, 400), random.Next(1, 4_000), 0.4, 0.3);
            var segments = new TestSegments(new MemoryObjectStore());
            var parts = new List<SegmentReader>();
            for (long first = 1; first <= history.Count;)
            {
                var last = Math.Min(history.Count, first + random.Next(0, 100));
                var warm = new SegmentOptions { Codec = (BlockCodec)random.Next(3), BlockBytes = random.Next(500, 8_000), Parts = random.Next(2) == 0 ? new WholePayload() : null };
                var options = random.Next(2) == 0 ? warm : SegmentTiers.OptionsOf(StorageTier.Cold, warm);
                parts.Add(await segments.OpenAsync(await segments.WriteAsync(history, first, last, $"part-{first}", options)));
                first = last + 1;
            }

            var merged = await MergeAsync(segments, parts, "merged", SegmentTiers.OptionsOf(tier, SegmentOptions.Default));
            await TestSegments.AssertHoldsAsync(await segments.OpenAsync(merged), history);
        }
    }

    [Fact]
    public async Task text_takes_less_room_the_colder_it_is()
    {
        var history = new TestHistory(1).AddDocuments(4_000);
        var segments = TestSegments.InMemory();
        var warm = await segments.WriteAsync(history, 1, 4_000, "warm", SegmentOptions.Default);
        var cold = await MergeAsync(segments, [await segments.OpenAsync(warm)], "cold", SegmentTiers.OptionsOf(StorageTier.Cold, SegmentOptions.Default));
        var deep = await MergeAsync(segments, [await segments.OpenAsync(cold)], "deep", SegmentTiers.OptionsOf(StorageTier.Deep, SegmentOptions.Default));
        Assert.True(cold.Length < warm.Length * 0.95, $"{cold.Length} of {warm.Length}");
        Assert.True(deep.Length < cold.Length, $"{deep.Length} of {cold.Length}");
        await TestSegments.AssertHoldsAsync(await segments.OpenAsync(deep), history);
    }

    [Fact]
    public async Task segments_that_do_not_chain_are_refused()
    {
        var history = new TestHistory(1).AddMany(30);
        var other = new TestHistory(2).AddMany(30);
        var segments = TestSegments.InMemory();
        var first = await segments.OpenAsync(await segments.WriteAsync(history, 1, 10, "a"));
        var gap = await segments.OpenAsync(await segments.WriteAsync(history, 12, 20, "b"));
        var foreign = await segments.OpenAsync(await segments.WriteAsync(other, 11, 20, "c"));
        foreach (var second in new[] { gap, foreign })
        {
            var exception = await Assert.ThrowsAsync<TemporalException>(() => MergeAsync(segments, [first, second], $"m-{second.Segment.ObjectPath}", null));
            Assert.Equal(ErrorCodes.InvariantBroken, exception.Code);
        }
    }

    [Fact]
    public async Task a_damaged_block_is_never_copied()
    {
        var history = new TestHistory(1).AddMany(2_000);
        var store = new MemoryObjectStore();
        var segments = new TestSegments(store);
        var part = await segments.OpenAsync(await segments.WriteAsync(history, 1, 2_000, "a"));
        store.Content("a")![(await part.ReadFooterAsync(default)).Blocks[1].Offset + 7] ^= 4;
        var exception = await Assert.ThrowsAsync<TemporalException>(() => MergeAsync(segments, [part], "merged", null));
        Assert.Equal(ErrorKind.Corrupt, exception.Kind);
        Assert.Contains("'a'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task bytes_are_the_same_on_any_number_of_threads()
    {
        var history = new TestHistory(1).AddDocuments(3_000);
        var store = new MemoryObjectStore();
        var segments = new TestSegments(store);
        var part = await segments.OpenAsync(await segments.WriteAsync(history, 1, 3_000, "a"));
        foreach (var (path, scheduler) in new[] { ("none", null), ("one", new ThreadPoolWorkScheduler(1)), ("four", new ThreadPoolWorkScheduler(4)) })
        {
            await MergeAsync(segments, [part], path, SegmentTiers.OptionsOf(StorageTier.Cold, SegmentOptions.Default) with { BlockBytes = 4 << 10 }, scheduler);
        }

        Assert.True(store.Content("none")!.Length > 50_000);
        Assert.Equal(store.Content("none"), store.Content("one"));
        Assert.Equal(store.Content("none"), store.Content("four"));
    }

    internal static Task<SegmentRef> MergeAsync(TestSegments segments, IReadOnlyList<SegmentReader> parts, string path, SegmentOptions? options) =>
        MergeAsync(segments, parts, path, options, new ThreadPoolWorkScheduler(4));

    private static async Task<SegmentRef> MergeAsync(
        TestSegments segments, IReadOnlyList<SegmentReader> parts, string path, SegmentOptions? options, IWorkScheduler? scheduler)
    {
        await using var writer = await segments.Store.CreateAsync(path, default);
        var merged = await SegmentMerger.MergeAsync(parts, writer, path, options, facet: null, scheduler, default);
        Assert.True(await writer.CommitAsync(default));
        return merged;
    }
}
