using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// A causal digest of one agent: enough to prove whether some copy of it is whole, and to find what is sealed of it. Not the
/// data, and never a backup.
/// </summary>
public sealed record AgentGenome
{
    /// <summary>Most bytes of the JSON form.</summary>
    public const int JsonBytesMax = 1_024;

    /// <summary>Whose genome it is.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Where its chain begins.</summary>
    public required Distinction GenesisRoot { get; init; }

    /// <summary>Its newest durable delta; 0 when there is none.</summary>
    public required long Sequence { get; init; }

    /// <summary>Local causal root after that delta.</summary>
    public required Distinction Root { get; init; }

    /// <summary>System time of that delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Deltas up to here were removed by retention; 0 when none was.</summary>
    public long FloorSequence { get; init; }

    /// <summary>All deltas up to here are in segments.</summary>
    public long SealedThrough { get; init; }

    /// <summary>Local causal root after <see cref="SealedThrough"/>.</summary>
    public required Distinction SealedRoot { get; init; }

    /// <summary>How many segments hold them.</summary>
    public int SegmentCount { get; init; }

    /// <summary>Their bytes, as stored.</summary>
    public long SegmentBytes { get; init; }

    /// <summary>Path of the manifest, which names every segment; null when nothing is sealed.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>Version of the manifest.</summary>
    public long ManifestVersion { get; init; }
}
