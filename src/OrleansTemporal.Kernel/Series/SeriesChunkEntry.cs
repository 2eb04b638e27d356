using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>What is known of a chunk without decoding it: whose it is, what it covers and what its points come to.</summary>
public sealed record SeriesChunkEntry
{
    /// <summary>The series' place among those of the agent.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Where the chunk begins in the data of its block, in bytes.</summary>
    public int Offset { get; init; }

    /// <summary>Length of the chunk in bytes.</summary>
    public required int Length { get; init; }

    /// <summary>Versions of points in it.</summary>
    public required int Count { get; init; }

    /// <summary>Sequence of the first delta that brought one of them.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>Sequence of the last such delta.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Of the points, the newest version of each; its times are those of the first and the last.</summary>
    public required ChunkSummary Summary { get; init; }

    /// <summary>The same by slices of time (<see cref="ChunkRollup"/>); empty for none.</summary>
    public ImmutableArray<ChunkSummary> Slices { get; init; } = [];

    /// <summary>0 where the chunk has points; else it has windows of this many nanoseconds (<see cref="SeriesRowChunk"/>), and as many versions as windows.</summary>
    public long Step { get; init; }

    /// <summary>True when an event time is there more than once.</summary>
    public bool HasRepeats => Summary.Count < Count;
}
