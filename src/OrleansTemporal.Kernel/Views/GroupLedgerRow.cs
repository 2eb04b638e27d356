namespace OrleansTemporal.Views;

/// <summary>One group of a ledger.</summary>
internal sealed class GroupLedgerRow(byte[] key, byte[][] values, RetractableCell[] cells)
{
    public byte[] Key { get; } = key;

    public byte[][] Values { get; } = values;

    public RetractableCell[] Cells { get; } = cells;

    public long DocumentCount { get; set; }
}
