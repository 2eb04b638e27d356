using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>What a facet folds: one delta's change and its place, from a live write or from replay.</summary>
public readonly ref struct AppliedDelta
{
    internal AppliedDelta(
        long sequence,
        HybridTimestamp systemTime,
        DeltaKind kind,
        ReadOnlyMemory<byte>? payload,
        ReadOnlySpan<byte> facet,
        ImmutableArray<WriteId> causes,
        ImmutableArray<KeyValuePair<string, string>> metadata,
        int recordBytes)
    {
        Sequence = sequence;
        SystemTime = systemTime;
        Kind = kind;
        Payload = payload;
        Facet = facet;
        Causes = causes;
        Metadata = metadata;
        RecordBytes = recordBytes;
    }

    /// <summary>Place in the log.</summary>
    public long Sequence { get; }

    /// <summary>When the service learned of it.</summary>
    public HybridTimestamp SystemTime { get; }

    /// <summary>Action and verb.</summary>
    public DeltaKind Kind { get; }

    /// <summary>The payload; null when it was erased. State may keep slices: nobody writes to it again.</summary>
    public ReadOnlyMemory<byte>? Payload { get; }

    /// <summary>The facet's own header field.</summary>
    public ReadOnlySpan<byte> Facet { get; }

    /// <summary>Writes that this one follows from.</summary>
    public ImmutableArray<WriteId> Causes { get; }

    /// <summary>Pairs that travel under the root.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; }

    /// <summary>Length of the whole record.</summary>
    public int RecordBytes { get; }
}
