using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;
using OrleansTemporal.Storage.Tests.Manifests;

namespace OrleansTemporal.Storage.Tests.Segments;

/// <summary>Goal: what is old goes down, in bounded steps, exactly once; what is read stays; small ones are merged.</summary>
public sealed class SegmentCoolingTests
{
    [Fact]
    public void nothing_is_due_before_its_age()
    {
        var segments = Of(10);
        Assert.Null(Pick(segments, coldBefore: 0, deepBefore: 0));
        Assert.Null(Pick([], coldBefore: 100, deepBefore: 100));
        Assert.Equal((0..1, StorageTier.Cold), Pick(segments, coldBefore: 11, deepBefore: 0));
    }

    [Fact]
    public void the_oldest_go_first_and_straight_to_where_their_age_puts_them()
    {
        var segments = Of(10);
        Assert.Equal((0..3, StorageTier.Deep), Pick(segments, coldBefore: 71, deepBefore: 31));
        segments = Packed(segments, 0..3, StorageTier.Deep);
        Assert.Equal((1..5, StorageTier.Cold), Pick(segments, coldBefore: 71, deepBefore: 31));
        segments = Packed(segments, 1..5, StorageTier.Cold);
        Assert.Null(Pick(segments, coldBefore: 71, deepBefore: 31));
    }

    [Fact]
    public void a_step_is_bounded()
    {
        var segments = Of(10).Select(static segment => segment with { RawBytes = 30L << 20 }).ToArray();
        Assert.Equal((0..2, StorageTier.Cold), Pick(segments, coldBefore: 1_000, deepBefore: 0));
        segments[0] = segments[0] with { RawBytes = 1L << 40 };
        Assert.Equal((0..1, StorageTier.Cold), Pick(segments, coldBefore: 1_000, deepBefore: 0));
    }

    [Fact]
    public void what_is_read_stays_where_it_is()
    {
        var segments = Of(4);
        Assert.Equal((0..1, StorageTier.Cold), Pick(segments, 1_000, 0, segment => segment.FirstSequence != 11));
        Assert.Equal((1..3, StorageTier.Cold), Pick(segments, 1_000, 0, segment => segment.FirstSequence is not (1 or 31)));
        Assert.Null(Pick(segments, 1_000, 0, static _ => false));
    }

    [Fact]
    public void segments_that_stayed_small_are_merged_sixteen_at_a_time_within_their_tier()
    {
        var segments = Of(40).Select(static segment => segment with { Tier = segment.FirstSequence < 201 ? StorageTier.Deep : StorageTier.Cold }).ToArray();
        Assert.Equal((20..40, StorageTier.Cold), Pick(segments, coldBefore: 0, deepBefore: 0));
        segments = Packed(segments, 20..40, StorageTier.Cold);
        Assert.Equal((0..20, StorageTier.Deep), Pick(segments, coldBefore: 0, deepBefore: 0));
        Assert.Null(Pick(Packed(segments, 0..20, StorageTier.Deep), coldBefore: 0, deepBefore: 0));
    }

    /// <summary>Whatever there is, cooling ends, and then everything is where its age puts it.</summary>
    [Fact]
    public void cooling_ends_with_everything_in_its_tier()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var segments = Of(random.Next(1, 80)).Select(segment => segment with { RawBytes = random.Next(1, 40 << 20), Tier = (StorageTier)random.Next(1, 3) }).ToArray();
            var cold = random.Next(0, 900);
            var deep = random.Next(0, cold + 1);
            var steps = 0;
            while (Pick(segments, cold, deep) is var (range, tier))
            {
                segments = Packed(segments, range, tier);
                Assert.True(++steps < 200, $"seed {seed}");
            }

            Assert.All(segments, segment => Assert.True(
                segment.Tier >= (segment.MaxTime < TestManifests.TimeOf(deep) ? StorageTier.Deep : segment.MaxTime < TestManifests.TimeOf(cold) ? StorageTier.Cold : StorageTier.Warm)));
        }
    }

    private static SegmentRef[] Of(int count) =>
        [.. Enumerable.Range(0, count).Select(static i => TestManifests.Segment((i * 10) + 1, (i + 1) * 10))];

    private static SegmentRef[] Packed(SegmentRef[] segments, Range range, StorageTier tier)
    {
        var merging = segments[range];
        var merged = merging[^1] with { FirstSequence = merging[0].FirstSequence, MinTime = merging[0].MinTime, RawBytes = merging.Sum(static segment => segment.RawBytes), Tier = tier };
        return [.. segments[..range.Start], merged, .. segments[range.End..]];
    }

    private static (Range Range, StorageTier Tier)? Pick(SegmentRef[] segments, int coldBefore, int deepBefore, Func<SegmentRef, bool>? mayCool = null) =>
        SegmentCooling.Pick(segments, Time(coldBefore), Time(deepBefore), mayCool ?? (static _ => true));

    private static HybridTimestamp Time(int sequence) => TestManifests.TimeOf(sequence);
}
