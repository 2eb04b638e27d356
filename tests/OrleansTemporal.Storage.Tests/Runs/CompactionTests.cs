using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;
using OrleansTemporal.Storage.Tests.Segments;
using Xunit.Abstractions;

namespace OrleansTemporal.Storage.Tests.Runs;

public class CompactionTests(ITestOutputHelper output)
{
    /// <summary>A thousand seals with every merge that the policies ask for write at most ten bytes for a byte of records, manifests included.</summary>
    [Fact]
    public async Task write_amplification_of_a_thousand_seals_is_low()
    {
        const int seals = 1_000;
        const int recordsPerSeal = 40;
        var history = new TestHistory(1);
        var store = new MemoryObjectStore();
        var sealer = new TestSealer(store, history);
        for (var i = 0; i < seals; i++)
        {
            history.AddMany(recordsPerSeal, 600);
            await sealer.SealAsync();
            await sealer.CompactAsync();
        }

        var written = store.WrittenBytes;
        var raw = history.Records.Sum(record => (long)record.Length);
        var stored = store.Objects.Sum(item => item.LengthBytes);
        output.WriteLine(
            $"records {raw:n0} B, written {written:n0} B ({(double)written / raw:0.00} x), stored {stored:n0} B, "
            + $"{sealer.Manifest.Segments.Count} segments, {sealer.Manifest.Runs.Count} runs, manifest {sealer.ManifestBytes:n0} B written");
        Assert.InRange((double)written / raw, 0.1, 10);
        Assert.InRange(sealer.Manifest.Runs.Count, 1, 4 * RunCompaction.FanOut);
        Assert.InRange(sealer.Manifest.Segments.Count, 1, 4 * SegmentCompaction.FanOut);
        await sealer.AssertHoldsAsync();
    }

    [Fact]
    public void full_segments_are_left_alone()
    {
        var segments = Enumerable.Range(0, 40).Select(i => Segment(i, SegmentCompaction.TargetBytes * 3 / 4)).ToList();
        Assert.Null(SegmentCompaction.Pick(segments));
        segments.AddRange(Enumerable.Range(40, SegmentCompaction.FanOut).Select(i => Segment(i, 10_000)));
        Assert.Equal(40..(40 + SegmentCompaction.FanOut), SegmentCompaction.Pick(segments));
    }

    [Fact]
    public void medium_segments_are_merged_up_to_the_target_and_not_beyond()
    {
        var segments = Enumerable.Range(0, 10).Select(i => Segment(i, SegmentCompaction.TargetBytes / 4)).ToList();
        var (offset, length) = SegmentCompaction.Pick(segments)!.Value.GetOffsetAndLength(segments.Count);
        Assert.Equal((0, 4), (offset, length));
    }

    [Fact]
    public void segments_of_another_agent_stay_where_they_are()
    {
        var other = AgentId.Parse("kv/main/users/0");
        var segments = Enumerable.Range(0, 20).Select(i => Segment(i, 10_000) with { Agent = other })
            .Concat(Enumerable.Range(20, 10).Select(i => Segment(i, 10_000))).ToList();
        Assert.Null(SegmentCompaction.Pick(segments));
    }

    private static SegmentRef Segment(int index, long length) => new()
    {
        ObjectPath = $"s{index}",
        Offset = 0,
        Length = length,
        Agent = RunOracle.Agent,
        FirstSequence = index + 1,
        LastSequence = index + 1,
        RootBefore = default,
        RootAfter = default,
        MinTime = default,
        MaxTime = default,
        RawBytes = length,
        OperationCount = 0,
    };
}
