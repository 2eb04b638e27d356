using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Catalog;

/// <summary>
/// Which partition owns each of the 4,096 slots of a name, as of one version. Immutable; a change makes the next version.
/// </summary>
public sealed partial class SlotMap : IEquatable<SlotMap>
{
    private readonly ImmutableArray<ushort> partitions;

    private SlotMap(long version, ushort[] partitions)
    {
        Version = version;
        this.partitions = ImmutableCollectionsMarshal.AsImmutableArray(partitions);
        PartitionCount = partitions.Max() + 1;
    }

    /// <summary>Version 1 with every slot in partition 0.</summary>
    public static SlotMap Single { get; } = new(1, new ushort[Limits.SlotCount]);

    /// <summary>Counts the changes, from 1.</summary>
    public long Version { get; }

    /// <summary>Highest partition number plus one, at most <see cref="Limits.PartitionsMax"/>.</summary>
    public int PartitionCount { get; }

    /// <summary>Version 1 with the slots dealt out evenly in ranges.</summary>
    /// <param name="partitionCount">From 1 to <see cref="Limits.PartitionsMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of that.</exception>
    public static SlotMap Even(int partitionCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitionCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partitionCount, Limits.PartitionsMax);
        var partitions = new ushort[Limits.SlotCount];
        for (var slot = 0; slot < partitions.Length; slot++)
        {
            partitions[slot] = (ushort)(slot * partitionCount / partitions.Length);
        }

        return new SlotMap(1, partitions);
    }

    /// <summary>The partition that owns a key. Cost: the slot's hash and one load.</summary>
    public int PartitionOf(string key) => PartitionCount == 1 ? 0 : partitions[SlotHash.Of(key)];

    /// <inheritdoc cref="PartitionOf(string)"/>
    public int PartitionOf(ReadOnlySpan<byte> utf8Key) => PartitionCount == 1 ? 0 : partitions[SlotHash.Of(utf8Key)];

    /// <summary>The partition that owns a slot.</summary>
    /// <param name="slot">From 0 to 4095.</param>
    public int PartitionOfSlot(int slot) => partitions[slot];

    /// <summary>How many slots a partition owns.</summary>
    public int SlotCountOf(int partition) => partitions.Count(owner => owner == partition);

    /// <summary>Gives a range of slots to a partition.</summary>
    /// <param name="firstSlot">First slot, inclusive.</param>
    /// <param name="endSlot">Last slot, exclusive.</param>
    /// <param name="partition">From 0 to <see cref="Limits.PartitionsMax"/> − 1.</param>
    /// <returns>The next version.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An empty range, or a number outside of its bounds.</exception>
    public SlotMap Assign(int firstSlot, int endSlot, int partition)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSlot);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(endSlot, Limits.SlotCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstSlot, endSlot);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, Limits.PartitionsMax);
        var changed = partitions.ToArray();
        changed.AsSpan(firstSlot, endSlot - firstSlot).Fill((ushort)partition);
        return new SlotMap(Version + 1, changed);
    }

    /// <summary>Moves the upper half of a partition's slots to a partition that owns none yet.</summary>
    /// <param name="partition">Which one to split; it owns at least two slots.</param>
    /// <param name="into">The new one.</param>
    /// <returns>The next version.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The partition has fewer than two slots, or the new one has some already.</exception>
    public SlotMap Split(int partition, int into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(into);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(into, Limits.PartitionsMax);
        ArgumentOutOfRangeException.ThrowIfNotEqual(SlotCountOf(into), 0, nameof(into));
        var owned = SlotCountOf(partition);
        ArgumentOutOfRangeException.ThrowIfLessThan(owned, 2, nameof(partition));
        var changed = partitions.ToArray();
        var seen = 0;
        for (var slot = 0; slot < changed.Length; slot++)
        {
            if (changed[slot] == partition && seen++ >= owned / 2)
            {
                changed[slot] = (ushort)into;
            }
        }

        return new SlotMap(Version + 1, changed);
    }

    /// <summary>
    /// Deals the slots out evenly among the first partitions, and moves no more of them than it must: the highest of those
    /// that have too many, and all of those beyond the number.
    /// </summary>
    /// <param name="partitionCount">From 1 to <see cref="Limits.PartitionsMax"/>.</param>
    /// <returns>The next version.</returns>
    public SlotMap Spread(int partitionCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitionCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partitionCount, Limits.PartitionsMax);
        var room = new int[partitionCount];
        for (var partition = 0; partition < partitionCount; partition++)
        {
            room[partition] = (Limits.SlotCount / partitionCount) + (partition < Limits.SlotCount % partitionCount ? 1 : 0);
        }

        var changed = partitions.ToArray();
        var homeless = new List<int>();
        for (var slot = 0; slot < changed.Length; slot++)
        {
            if (changed[slot] >= partitionCount || room[changed[slot]]-- <= 0)
            {
                homeless.Add(slot);
            }
        }

        var next = 0;
        foreach (var slot in homeless)
        {
            while (room[next] <= 0)
            {
                next++;
            }

            room[next]--;
            changed[slot] = (ushort)next;
        }

        return new SlotMap(Version + 1, changed);
    }

    /// <summary>The slots that a partition owns here and another one owns in a later map.</summary>
    public SlotSet MovedTo(SlotMap later, int from, int to) =>
        SlotSet.Where(slot => partitions[slot] == from && later.partitions[slot] == to);

    /// <summary>Same version and same owners.</summary>
    public bool Equals(SlotMap? other) =>
        other is not null && Version == other.Version && partitions.AsSpan().SequenceEqual(other.partitions.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SlotMap);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, PartitionCount);
}
