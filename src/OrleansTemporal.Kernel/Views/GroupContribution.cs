namespace OrleansTemporal.Views;

/// <summary>What one document has brought into the aggregates of its group, so that it can be taken out again exactly.</summary>
public sealed class GroupContribution
{
    internal GroupContribution(GroupLedgerRow row, byte[][] values) => (Row, Values) = (row, values);

    /// <summary>Bytes of what it keeps of its document.</summary>
    public long Bytes => Values.Sum(static value => (long)value.Length);

    internal GroupLedgerRow Row { get; }

    // One for each aggregate: the canonical bytes of its field, empty when the document counts for nothing there.
    internal byte[][] Values { get; }
}
