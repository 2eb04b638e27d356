using System.Text;
using OrleansTemporal.Catalog;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;

namespace OrleansTemporal.Kernel.Tests.Catalog;

public sealed class SlotTests
{
    [Theory]
    [InlineData("key{0}")]
    [InlineData("user:{0:d10}")]
    [InlineData("{0:x8}-0000-4000-8000-000000000000")]
    [InlineData("0000000000000000000000000000{0}")]
    public void names_spread_evenly_over_the_slots(string pattern)
    {
        const int Names = 409_600;
        var counts = new int[Limits.SlotCount];
        for (var i = 0; i < Names; i++)
        {
            counts[SlotHash.Of(string.Format(null, pattern, i))]++;
        }

        // Chi-squared with 4,095 degrees of freedom: mean 4,095, standard deviation 90.5.
        var expected = (double)Names / counts.Length;
        var chiSquared = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chiSquared, 4095 - (6 * 90.5), 4095 + (6 * 90.5));
    }

    [Fact]
    public void the_slot_of_a_name_never_changes()
    {
        Assert.Equal(SlotHash.Of("user:1"), SlotHash.Of("user:1"u8));
        string[] names = ["", "a", "b", "ab", "user:1", "user:2", "ä", "😀", new('k', 1024), new('k', 5000)];
        var bytes = names.SelectMany(name => new[] { (byte)(SlotHash.Of(name) >> 8), (byte)SlotHash.Of(name) }).ToArray();
        Assert.All(names, name => Assert.Equal(SlotHash.Of(name), SlotHash.Of(Encoding.UTF8.GetBytes(name))));
        GoldenFile.Check("slots", bytes);
    }

    [Fact]
    public void one_partition_owns_everything_at_first()
    {
        Assert.Equal((1L, 1), (SlotMap.Single.Version, SlotMap.Single.PartitionCount));
        Assert.Equal(0, SlotMap.Single.PartitionOf("anything"));
        Assert.Equal(6, SlotMap.Single.ToBytes().Length);
    }

    [Fact]
    public void slots_are_dealt_out_evenly()
    {
        foreach (var count in new[] { 1, 2, 3, 7, 100, Limits.PartitionsMax })
        {
            var map = SlotMap.Even(count);
            Assert.Equal(count, map.PartitionCount);
            Assert.All(Enumerable.Range(0, count), partition => Assert.InRange(map.SlotCountOf(partition), 4096 / count, (4096 / count) + 1));
        }
    }

    [Fact]
    public void a_split_moves_half_of_one_partition_and_nothing_else()
    {
        var map = SlotMap.Even(3);
        var split = map.Split(1, 3);
        Assert.Equal((2L, 4), (split.Version, split.PartitionCount));
        Assert.Equal(map.SlotCountOf(1), split.SlotCountOf(1) + split.SlotCountOf(3));
        for (var slot = 0; slot < Limits.SlotCount; slot++)
        {
            Assert.True(split.PartitionOfSlot(slot) == map.PartitionOfSlot(slot) || (map.PartitionOfSlot(slot) == 1 && split.PartitionOfSlot(slot) == 3));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => map.Split(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Split(9, 3));
        Assert.Equal(SlotMap.Even(3), map);
    }

    [Fact]
    public void a_map_reads_back_from_its_bytes() => Seeds.Each(200, random =>
    {
        var map = SlotMap.Even(random.Next(1, 20));
        for (var i = random.Next(10); i > 0; i--)
        {
            var first = random.Next(Limits.SlotCount);
            map = map.Assign(first, random.Next(first + 1, Limits.SlotCount + 1), random.Next(Limits.PartitionsMax));
        }

        var bytes = map.ToBytes();
        var read = SlotMap.FromBytes(bytes);
        Assert.Equal(map, read);
        Assert.Equal(map.PartitionOf("user:1"), read.PartitionOf("user:1"u8));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("slot_map_malformed", Assert.Throws<TemporalException>(() => SlotMap.FromBytes(bytes.AsSpan(0, length))).Code);
        }

        Assert.Throws<TemporalException>(() => SlotMap.FromBytes([.. bytes, 0]));
    });

    [Fact]
    public void old_maps_stay_readable() =>
        Assert.Equal(3, SlotMap.FromBytes(GoldenFile.Check("slot-map-v1", SlotMap.Even(2).Split(0, 2).ToBytes())).PartitionCount);

    [Fact]
    public void spreading_deals_slots_out_evenly_and_moves_no_more_than_it_must()
    {
        var random = new Random(7);
        var map = SlotMap.Single;
        for (var round = 0; round < 50; round++)
        {
            var count = random.Next(1, 40);
            var next = map.Spread(count);
            Assert.Equal((map.Version + 1, count), (next.Version, next.PartitionCount));
            var (least, most) = (Limits.SlotCount / count, (Limits.SlotCount + count - 1) / count);
            Assert.All(Enumerable.Range(0, count), partition => Assert.InRange(next.SlotCountOf(partition), least, most));
            var moved = Enumerable.Range(0, Limits.SlotCount).Count(slot => map.PartitionOfSlot(slot) != next.PartitionOfSlot(slot));
            var kept = Enumerable.Range(0, count).Sum(partition => Math.Min(map.SlotCountOf(partition), next.SlotCountOf(partition)));
            Assert.Equal(Limits.SlotCount - kept, moved);
            map = next;
        }

        Assert.Equal(SlotMap.Single.Split(0, 1).ToBytes(), SlotMap.Single.Spread(2).ToBytes());
    }
}
