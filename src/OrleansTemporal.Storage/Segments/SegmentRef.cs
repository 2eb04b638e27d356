using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>Where a segment lies and what it holds, as the manifest says it. Sequences in a segment have no gaps.</summary>
public sealed record SegmentRef
{
    /// <summary>Most bytes of <see cref="Zone"/>.</summary>
    public const int ZoneBytesMax = 1024;

    /// <summary>Path of the object.</summary>
    public required string ObjectPath { get; init; }

    /// <summary>Where the segment's section begins in the object, in bytes.</summary>
    public required long Offset { get; init; }

    /// <summary>Length of the section, in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Whose deltas these are; after a branch not the agent whose manifest lists them.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Sequence of the first delta, from 1.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>Sequence of the last delta.</summary>
    public required long LastSequence { get; init; }

    /// <summary>The local root before the first delta.</summary>
    public required Distinction RootBefore { get; init; }

    /// <summary>The local root after the last delta.</summary>
    public required Distinction RootAfter { get; init; }

    /// <summary>System time of the first delta.</summary>
    public required HybridTimestamp MinTime { get; init; }

    /// <summary>System time of the last delta.</summary>
    public required HybridTimestamp MaxTime { get; init; }

    /// <summary>Bytes of all records, uncompressed.</summary>
    public required long RawBytes { get; init; }

    /// <summary>How many deltas with an idempotency key are remembered.</summary>
    public required int OperationCount { get; init; }

    /// <summary>How warm it is kept: which class of storage its object is in, and how tightly it is packed.</summary>
    public StorageTier Tier { get; init; } = StorageTier.Warm;

    /// <summary>Opaque bytes of the facet for skipping the segment without reading it (a range of event times, say); at most <see cref="ZoneBytesMax"/>.</summary>
    public ReadOnlyMemory<byte> Zone { get; init; }

    /// <summary>Number of deltas.</summary>
    public long RecordCount => LastSequence - FirstSequence + 1;

    /// <summary>Whether a delta lies in it.</summary>
    public bool Contains(long sequence) => sequence >= FirstSequence && sequence <= LastSequence;
}
