using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>One record of a <see cref="HeldLogs"/>.</summary>
internal sealed record HeldRecord(long Sequence, HybridTimestamp SystemTime, byte[] Bytes);
