using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Azure.Blobs;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>What is known of one blob of a log: as far as it was read or appended to.</summary>
internal sealed class LogBlob(string path, ulong epoch)
{
    public string Path { get; } = path;

    public ulong Epoch { get; } = epoch;

    /// <summary>Where the next block belongs.</summary>
    public long LengthBytes { get; private set; }

    public int BlockCount { get; private set; }

    public uint LastCrc { get; private set; }

    /// <summary>What the service called the blob when its known end was its end, or when more was read at once; null before.</summary>
    public string? Tag { get; set; }

    /// <summary>The newest record in it; 0 when there is none.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Greatest time that a block names.</summary>
    public HybridTimestamp Time { get; private set; }

    /// <summary>The epoch that goes on; 0 while the blob is open.</summary>
    public ulong NextEpoch { get; private set; }

    /// <summary>Whether its owner has said that it answers nothing any more.</summary>
    public bool IsReleased { get; private set; }

    public bool HasRecords => LastSequence > 0;

    /// <summary>Whether the blob is still this one and ends at its known end.</summary>
    public bool Is(BlobHead? head) => head is { } stands && stands.LengthBytes == LengthBytes && stands.Tag == Tag;

    /// <summary>The header of the block that would come next.</summary>
    public BlockHeader Next(BlockType type, long nextSequence, UInt128 claim, ulong nextEpoch = 0, HybridTimestamp time = default) => new()
    {
        Type = type,
        LengthBytes = 0,
        Epoch = Epoch,
        FirstSequence = Math.Max(1, nextSequence),
        Time = time,
        Claim = claim,
        Number = BlockCount + 1,
        Previous = LastCrc,
        NextEpoch = nextEpoch,
    };

    /// <summary>Takes in the block that stands at its end.</summary>
    /// <returns>What is wrong with it there, or null.</returns>
    public string? Add(in BlockHeader header, uint crc)
    {
        if (header.Epoch != Epoch || header.Number != BlockCount + 1 || header.Previous != LastCrc)
        {
            return "a block does not follow the one before";
        }

        if (NextEpoch != 0 || (IsReleased && header.Type != BlockType.Fence))
        {
            return "a block stands behind the end that an owner has made";
        }

        if (header.Type == BlockType.Records && HasRecords && header.FirstSequence != LastSequence + 1)
        {
            return $"record {header.FirstSequence} follows {LastSequence}";
        }

        LengthBytes += header.LengthBytes;
        BlockCount++;
        LastCrc = crc;
        LastSequence = header.Type == BlockType.Records ? header.LastSequence : LastSequence;
        Time = HybridTimestamp.Max(Time, header.Time);
        NextEpoch = header.NextEpoch;
        IsReleased |= header.Type == BlockType.Release;
        return null;
    }
}
