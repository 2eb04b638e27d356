using System.Buffers;

namespace OrleansTemporal.Storage.Ports;

/// <summary>Records of one agent, in sequence order.</summary>
/// <param name="Records">Encoded delta records; each verified by its frame checksum. The memory is the caller's.</param>
/// <param name="HasMore">True when durable records follow the last one.</param>
/// <param name="Rented">The pooled array that all records are slices of, or null.</param>
public readonly record struct LogPage(IReadOnlyList<ReadOnlyMemory<byte>> Records, bool HasMore, byte[]? Rented = null)
{
    /// <summary>
    /// Gives the memory of the records back, for callers that read many pages one after the other; at most once, when
    /// nobody holds a record any more. Callers that keep records do not call it.
    /// </summary>
    public void Return()
    {
        if (Rented is not null)
        {
            ArrayPool<byte>.Shared.Return(Rented);
        }
    }
}
