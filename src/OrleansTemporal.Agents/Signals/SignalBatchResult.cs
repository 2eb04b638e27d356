using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>What a batch came to: one result for each agent that it touched, in the order of their partitions.</summary>
/// <param name="Results">At least one.</param>
public sealed record SignalBatchResult(ImmutableArray<SignalWriteResult> Results)
{
    /// <summary>Events that count.</summary>
    public int Accepted => Results.Sum(static result => result.Accepted);

    /// <summary>Events that had come before.</summary>
    public int Duplicates => Results.Sum(static result => result.Duplicates);

    /// <summary>The latest system time of the receipts.</summary>
    public HybridTimestamp SystemTime => Results.Max(static result => result.Receipt.SystemTime);
}
