using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Runs;

/// <summary>Where a key run lies and what it covers, as the manifest says it.</summary>
public sealed record RunRef
{
    /// <summary>Path of the object.</summary>
    public required string ObjectPath { get; init; }

    /// <summary>Where the run's section begins in the object, in bytes.</summary>
    public required long Offset { get; init; }

    /// <summary>Length of the section, in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Whose writes these are; after a branch not the agent whose manifest lists them.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>First sequence of the range that is indexed.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>Last sequence of the range that is indexed.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Number of entries.</summary>
    public required long EntryCount { get; init; }

    /// <summary>Number of distinct keys.</summary>
    public required long KeyCount { get; init; }

    /// <summary>Bytes of the filter, which is in memory while the run is open.</summary>
    public required int FilterBytes { get; init; }

    /// <summary>The lowest key; empty when there is no entry.</summary>
    public required ReadOnlyMemory<byte> FirstKey { get; init; }

    /// <summary>The highest key; empty when there is no entry.</summary>
    public required ReadOnlyMemory<byte> LastKey { get; init; }
}
