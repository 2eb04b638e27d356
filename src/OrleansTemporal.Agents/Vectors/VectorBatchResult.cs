using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>What a batch came to.</summary>
/// <param name="Receipts">One for each agent that it touched, in the order of their partitions.</param>
/// <param name="Outcomes">One for each operation, in the order of the request.</param>
/// <param name="Replayed">True when all of it had been written before, with the same idempotency key.</param>
public sealed record VectorBatchResult(ImmutableArray<Receipt> Receipts, ImmutableArray<VectorOutcome> Outcomes, bool Replayed)
{
    /// <summary>The receipt with the latest system time; the only one where one agent was touched.</summary>
    public Receipt Receipt => Receipts.MaxBy(static receipt => receipt.SystemTime)!;

    /// <summary>The latest system time of the receipts.</summary>
    public HybridTimestamp SystemTime => Receipt.SystemTime;
}
