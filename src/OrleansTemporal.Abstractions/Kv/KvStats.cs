namespace OrleansTemporal.Kv;

/// <summary>Counts of one storage agent, kept as part of its state.</summary>
/// <param name="LiveKeyCount">Keys that have a value now.</param>
/// <param name="VersionCount">Versions ever written, tombstones of deletes included; an expiry writes no version.</param>
/// <param name="ValueBytes">Bytes of canonical JSON ever written, each write counted.</param>
public sealed record KvStats(long LiveKeyCount, long VersionCount, long ValueBytes);
