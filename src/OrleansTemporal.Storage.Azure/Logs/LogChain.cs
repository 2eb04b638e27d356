using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>The blobs of one agent's log, oldest first, as somebody has read them.</summary>
internal sealed class LogChain
{
    public List<LogBlob> Blobs { get; } = [];

    /// <summary>Blocks with records, in the order of sequences.</summary>
    public List<LogExtent> Extents { get; } = [];

    public LogBlob? Tail => Blobs.Count > 0 ? Blobs[^1] : null;

    public long LastSequence => Extents.Count > 0 ? Extents[^1].Last : 0;

    public HybridTimestamp Time => Blobs.Aggregate(HybridTimestamp.Zero, static (newest, blob) => HybridTimestamp.Max(newest, blob.Time));
}
