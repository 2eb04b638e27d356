namespace OrleansTemporal.Agents;

/// <summary>Numbers that a user may tune about agents.</summary>
public sealed record AgentOptions
{
    /// <summary>Enough that a segment is written in one long sweep, small enough that it seals in a fraction of a second.</summary>
    public const long GenerationBytesDefault = 64L << 20;

    /// <summary>A quarter of a small container; the heads of thousands of agents share it.</summary>
    public const long MemoryBytesDefault = 512L << 20;

    /// <summary>Blocks of segments and key runs.</summary>
    public const long CacheBytesDefault = 256L << 20;

    /// <summary>A million rows take about a quarter of it.</summary>
    public const long ViewBytesDefault = 1L << 30;

    /// <summary>Bytes of deltas after which an agent begins a new generation and the old one is sealed.</summary>
    public long GenerationBytesMax { get; init; } = GenerationBytesDefault;

    /// <summary>Bytes of deltas that all agents together keep in memory.</summary>
    public long MemoryBytesMax { get; init; } = MemoryBytesDefault;

    /// <summary>Bytes of the block cache.</summary>
    public long CacheBytesMax { get; init; } = CacheBytesDefault;

    /// <summary>Bytes that one view, or the indexes of one namespace, hold in memory; a larger view is refused, a larger index not used.</summary>
    public long ViewBytesMax { get; init; } = ViewBytesDefault;
}
