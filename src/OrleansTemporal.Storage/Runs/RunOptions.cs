using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Runs;

/// <summary>How runs are written.</summary>
public sealed record RunOptions
{
    /// <summary>Raw bytes of a block when nobody says otherwise.</summary>
    public const int BlockBytesDefault = 8 << 10;

    /// <summary>Most bytes of a key: a user's key with room for what a facet puts around it.</summary>
    public const int KeyBytesMax = 4 * Limits.KeyBytesMax;

    /// <summary>The defaults.</summary>
    public static RunOptions Default { get; } = new();

    /// <summary>How blocks are stored. Raw by default: prefixes are shared already, and a cached block needs no unpacking.</summary>
    public BlockCodec Codec { get; init; } = BlockCodec.Raw;

    /// <summary>What a packed block may have of its raw bytes, in percent; one that has more stays raw.</summary>
    public int PackedPercentMax { get; init; } = BlockPacker.PercentMaxDefault;

    /// <summary>Raw bytes after which a block is closed.</summary>
    public int BlockBytes { get; init; } = BlockBytesDefault;

    /// <summary>
    /// How many distinct keys will come at most. Up to a million are counted and need no estimate; beyond that the filter
    /// is sized by this number from the start, so that a merge needs no memory per key.
    /// </summary>
    public long KeyCountMax { get; init; }
}
