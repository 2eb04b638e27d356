namespace OrleansTemporal.Storage.Ports;

/// <summary>How the logs of a process are.</summary>
/// <param name="Bytes">Bytes on disk that are not trimmed yet.</param>
/// <param name="BytesMax">Where writers are made to wait.</param>
/// <param name="PendingBytes">Bytes staged and not durable yet.</param>
/// <param name="FileCount">Journal files in use.</param>
/// <param name="FlushCount">Groups made durable since the start.</param>
/// <param name="IsWritable">False when a fault left the process read-only.</param>
/// <param name="Fault">Why it is read-only, or what was cut as torn at the start; null when all is well.</param>
public sealed record CausalLogsStatus(
    long Bytes, long BytesMax, long PendingBytes, int FileCount, long FlushCount, bool IsWritable, string? Fault);
