using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Segments;

public class SegmentTests
{
    [Theory]
    [InlineData(BlockCodec.Raw)]
    [InlineData(BlockCodec.Deflate)]
    [InlineData(BlockCodec.Brotli)]
    [InlineData(BlockCodec.Parted)]
    public async Task records_come_back_bit_for_bit(BlockCodec codec)
    {
        var history = new TestHistory(1).AddMany(2_000, operationChance: 0.2);
        var segments = TestSegments.InMemory();
        var segment = await segments.WriteAsync(history, 1, history.Count, options: new() { Codec = codec, PackedPercentMax = 90 });
        var reader = await segments.OpenAsync(segment);
        await TestSegments.AssertHoldsAsync(reader, history);
        Assert.Equal(history.Records.Sum(record => (long)record.Length), segment.RawBytes);
        Assert.Equal(codec == BlockCodec.Raw, segment.Length > segment.RawBytes);
        Assert.Equal([1, 2, 3], (await reader.ReadFacetAsync(default)).ToArray());
        Assert.Equal([9], segment.Zone.ToArray());
    }

    /// <summary>Whatever the sizes, repetitions and options, a segment holds exactly the records that were appended.</summary>
    [Fact]
    public async Task any_history_comes_back_whole()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var history = new TestHistory(seed).AddMany(
                random.Next(1, 300), random.Next(1, 3_000), random.NextDouble(), operationChance: random.NextDouble());
            var first = random.Next(1, (int)history.Count + 1);
            var options = new SegmentOptions
            {
                Codec = (BlockCodec)random.Next(3),
                PackedPercentMax = 90,
                BlockBytes = random.Next(1, 20_000),
                Parts = random.Next(2) == 0 ? new WholePayload() : null,
            };
            var segments = new TestSegments(new MemoryObjectStore(), cacheBytes: random.Next(0, 200_000));
            var reader = await segments.OpenAsync(await segments.WriteAsync(history, first, history.Count, options: options));
            try
            {
                await TestSegments.AssertHoldsAsync(reader, history);
                await AssertOperationsAsync(reader, history);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    [Fact]
    public async Task a_repeated_value_is_stored_once()
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 4).Select(_ => RandomBytes(random, 5_000)).ToArray();
        var history = new TestHistory(3);
        for (var i = 0; i < 400; i++)
            history.Add(values[i % 4]);
        var segments = TestSegments.InMemory();
        var segment = await segments.WriteAsync(history, 1, 400, options: new() { Parts = new WholePayload(), Codec = BlockCodec.Raw });
        Assert.InRange(segment.Length, 20_000, 150_000);
        await TestSegments.AssertHoldsAsync(await segments.OpenAsync(segment), history);
    }

    [Fact]
    public async Task the_largest_record_has_a_block_of_its_own()
    {
        var history = new TestHistory(4).AddMany(3);
        history.Add(RandomBytes(new Random(4), Limits.DeltaBytesMax - (1 << 20)));
        history.AddMany(3);
        var segments = TestSegments.InMemory();
        await TestSegments.AssertHoldsAsync(await segments.OpenAsync(await segments.WriteAsync(history, 1, 7)), history);
    }

    [Fact]
    public async Task small_agents_share_an_object()
    {
        var histories = Enumerable.Range(0, 5).Select(i => new TestHistory(i, $"signals/default/clicks/{i}").AddMany(20 * (i + 1))).ToArray();
        var segments = TestSegments.InMemory();
        var written = new List<SegmentRef>();
        await using (var writer = await segments.Store.CreateAsync("default/shared", default))
        {
            foreach (var history in histories)
                written.Add(await TestSegments.WriteAsync(writer, history, 1, history.Count, "default/shared"));
            Assert.True(await writer.CommitAsync(default));
        }

        for (var i = 0; i < written.Count; i++)
            await TestSegments.AssertHoldsAsync(await segments.OpenAsync(written[i]), histories[i]);
        var mixed = written[1] with { Agent = histories[0].Agent };
        var exception = await Assert.ThrowsAsync<TemporalException>(() => new TestSegments(segments.Store).OpenAsync(mixed));
        Assert.Equal(ErrorKind.Corrupt, exception.Kind);
    }

    [Fact]
    public async Task a_record_out_of_turn_is_refused()
    {
        var history = new TestHistory(5).AddMany(5);
        var other = new TestHistory(5, "kv/default/orders/0").AddMany(5);
        await using var writer = await new MemoryObjectStore().CreateAsync("x", default);
        var segment = new SegmentWriter(writer, "x", history.Agent, history.Genesis);
        await segment.AppendAsync(history.Records[0], default);
        await AssertBrokenAsync(() => segment.AppendAsync(history.Records[2], default).AsTask());
        await AssertBrokenAsync(() => segment.AppendAsync(history.Records[0], default).AsTask());
        await AssertBrokenAsync(() => segment.AppendAsync(other.Records[1], default).AsTask());
        var malformed = await Assert.ThrowsAsync<TemporalException>(() => segment.AppendAsync(new byte[200], default).AsTask());
        Assert.Equal(ErrorCodes.DeltaMalformed, malformed.Code);
    }

    [Fact]
    public async Task an_empty_segment_is_refused()
    {
        await using var writer = await new MemoryObjectStore().CreateAsync("x", default);
        var segment = new SegmentWriter(writer, "x", new TestHistory(1).Agent, default);
        await AssertBrokenAsync(() => segment.FinishAsync(default, default, default).AsTask());
    }

    [Fact]
    public async Task a_segment_after_another_root_does_not_verify()
    {
        var history = new TestHistory(6).AddMany(10);
        var segments = TestSegments.InMemory();
        var reader = await segments.OpenAsync(await segments.WriteAsync(history, 5, 10));
        var exception = await Assert.ThrowsAsync<TemporalException>(() => reader.VerifyAsync(history.RootAt(3), default).AsTask());
        Assert.Equal(ErrorKind.Corrupt, exception.Kind);
    }

    internal static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task AssertOperationsAsync(SegmentReader reader, TestHistory history)
    {
        var operations = await reader.ReadOperationsAsync(default);
        Assert.Equal(reader.Segment.OperationCount, operations.Count);
        var expected = history.Records
            .Select(record => DeltaRecord.Read(record))
            .Where(delta => delta.OperationKey is not null && reader.Segment.Contains(delta.Sequence))
            .Select(delta => (delta.OperationKey!, delta.Sequence, delta.SystemTime, delta.OperationDigest, history.RootAt(delta.Sequence)));
        Assert.Equal(expected, operations.Select(item => (item.Key, item.Sequence, item.SystemTime, item.BodyHash, item.Root)));
    }

    private static async Task AssertBrokenAsync(Func<Task> action) =>
        Assert.Equal(ErrorCodes.InvariantBroken, (await Assert.ThrowsAsync<TemporalException>(action)).Code);
}
