using OrleansTemporal.Kv;

namespace OrleansTemporal.Targets;

/// <summary>A page of what a query found.</summary>
/// <param name="Documents">Rows with their values; empty when groups were asked for.</param>
/// <param name="Groups">Groups, one JSON object each.</param>
/// <param name="Total">Rows of all pages, where it is known.</param>
/// <param name="Next">Where the next page begins; null when this is the last.</param>
internal sealed record QueryPage(IReadOnlyList<KvListEntry> Documents, IReadOnlyList<ReadOnlyMemory<byte>> Groups, long? Total, string? Next)
{
    /// <summary>Keys that were looked at.</summary>
    public long KeyCount { get; init; }

    /// <summary>Bytes of documents that were read.</summary>
    public long ByteCount { get; init; }
}
