namespace OrleansTemporal.Storage.Caching;

/// <summary>How a cache does.</summary>
/// <param name="HitCount">Answers from memory since the start.</param>
/// <param name="MissCount">Answers that had to be loaded, or waited for somebody's load.</param>
/// <param name="Bytes">Bytes in use, overhead included.</param>
/// <param name="BytesMax">The bound on them.</param>
/// <param name="EntryCount">Values held.</param>
public readonly record struct CacheStatus(long HitCount, long MissCount, long Bytes, long BytesMax, int EntryCount);
