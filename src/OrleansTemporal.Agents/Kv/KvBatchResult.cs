using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What a batch came to: one result for each agent that it touched, in the order of their partitions.</summary>
/// <param name="Results">At least one.</param>
/// <param name="SystemTime">The latest system time of the receipts.</param>
public sealed record KvBatchResult(ImmutableArray<KvWriteResult> Results, HybridTimestamp SystemTime);
