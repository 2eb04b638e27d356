namespace OrleansTemporal.Storage.Ports;

/// <summary>Records of one agent, in sequence order.</summary>
/// <param name="Records">Encoded delta records; each verified by its frame checksum. The memory is the caller's.</param>
/// <param name="HasMore">True when durable records follow the last one.</param>
public readonly record struct LogPage(IReadOnlyList<ReadOnlyMemory<byte>> Records, bool HasMore);
