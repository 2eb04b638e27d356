namespace OrleansTemporal.Storage.Memory;

/// <summary>
/// The bytes of one file, twice: as a reader sees them, and as they are on the disk; between the two stand the writes
/// that no flush has covered.
/// </summary>
internal sealed class MemoryInode
{
    private const int SectorBytes = 512;
    private const int InitialBytes = 4096;

    private readonly List<(long Offset, byte[]? Bytes)> pending = [];
    private byte[] current;
    private byte[] durable;
    private long durableLength;

    public MemoryInode(byte[]? content = null)
    {
        current = content is null ? [] : (byte[])content.Clone();
        durable = content is null ? [] : (byte[])content.Clone();
        Length = durableLength = current.Length;
    }

    public long Length { get; private set; }

    public int Read(long offset, Span<byte> destination)
    {
        var count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        current.AsSpan((int)Math.Min(offset, Length), count).CopyTo(destination);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        pending.Add((offset, copy));
        Length = Put(ref current, Length, offset, copy);
    }

    public void SetLength(long length)
    {
        pending.Add((length, null));
        Length = Resize(ref current, Length, length);
    }

    public void Flush()
    {
        foreach (var (offset, bytes) in pending)
        {
            Apply(offset, bytes);
        }

        pending.Clear();
    }

    /// <summary>Lets a later flush pass over what was written so far, although readers see it.</summary>
    public void LosePages() => pending.Clear();

    /// <summary>What the disk holds when the power goes now.</summary>
    public byte[] Crash(FaultPlan plan)
    {
        var kept = plan.NextCrashKeepsPrefix() ? plan.NextBelow(pending.Count + 1) : -1;
        for (var i = 0; i < pending.Count; i++)
        {
            var (offset, bytes) = pending[i];
            if (kept >= 0)
            {
                // The write at the edge of the prefix is the one that was under way.
                if (i < kept)
                {
                    Apply(offset, bytes);
                }
                else if (i == kept && bytes is not null)
                {
                    Tear(offset, bytes.AsSpan(0, plan.NextBelow(bytes.Length + 1) / SectorBytes * SectorBytes), plan, subset: false);
                }

                continue;
            }

            switch (plan.NextBelow(3))
            {
                case 0:
                    Apply(offset, bytes);
                    break;
                case 1 when bytes is not null:
                    Tear(offset, bytes, plan, subset: true);
                    break;
                default:
                    break;
            }
        }

        return durable.AsSpan(0, (int)durableLength).ToArray();
    }

    public byte[] Snapshot() => current.AsSpan(0, (int)Length).ToArray();

    private void Apply(long offset, byte[]? bytes) => durableLength = bytes is null
        ? Resize(ref durable, durableLength, offset)
        : Put(ref durable, durableLength, offset, bytes);

    private void Tear(long offset, ReadOnlySpan<byte> bytes, FaultPlan plan, bool subset)
    {
        var position = 0;
        while (position < bytes.Length)
        {
            var sectorEnd = ((offset + position) / SectorBytes * SectorBytes) + SectorBytes;
            var count = (int)Math.Min(sectorEnd - (offset + position), bytes.Length - position);
            if (!subset || plan.NextBelow(2) == 0)
            {
                durableLength = Put(ref durable, durableLength, offset + position, bytes.Slice(position, count));
            }

            position += count;
        }
    }

    private static long Put(ref byte[] target, long length, long offset, ReadOnlySpan<byte> bytes)
    {
        var end = offset + bytes.Length;
        Grow(ref target, end);
        bytes.CopyTo(target.AsSpan((int)offset));
        return Math.Max(length, end);
    }

    private static long Resize(ref byte[] target, long length, long newLength)
    {
        Grow(ref target, newLength);
        if (newLength < length)
        {
            target.AsSpan((int)newLength, (int)(length - newLength)).Clear();
        }

        return newLength;
    }

    private static void Grow(ref byte[] target, long length)
    {
        if (target.Length < length)
        {
            Array.Resize(ref target, (int)Math.Max(length, Math.Max(InitialBytes, Math.Min(target.Length * 2L, Array.MaxLength))));
        }
    }
}
