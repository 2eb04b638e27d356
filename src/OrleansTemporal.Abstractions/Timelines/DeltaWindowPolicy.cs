using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>When a window of deltas is over: with the first of these bounds that is reached.</summary>
public sealed record DeltaWindowPolicy
{
    /// <summary>From the first delta of a window; a later delta begins another. More than zero.</summary>
    public TimeSpan DurationMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Deltas, 1 to <see cref="Limits.BatchCountMax"/>.</summary>
    public int CountMax { get; init; } = 100;

    /// <summary>Bytes of the components of its deltas, eight for each, after which it takes no more; at least 1.</summary>
    public long BytesMax { get; init; } = 1 << 20;

    /// <summary>Names of metadata: a delta that has one of them is the last of its window. At most <see cref="Limits.MetadataCountMax"/>.</summary>
    public ImmutableArray<string> CloseOnMetadata { get; init; } = [];
}
