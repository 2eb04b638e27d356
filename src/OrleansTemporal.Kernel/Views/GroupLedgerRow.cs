namespace OrleansTemporal.Views;

/// <summary>One group of a ledger.</summary>
internal sealed class GroupLedgerRow(byte[] key, byte[][] values, RetractableCell[] cells)
{
    public byte[] Key { get; } = key;

    public byte[][] Values { get; } = values;

    public RetractableCell[] Cells { get; } = cells;

    public long DocumentCount { get; set; }

    // Beside its bytes: the arrays, an object for each aggregate and a place in the dictionary.
    public long Bytes => 200 + (150L * Cells.Length) + Key.Length + Values.Sum(static value => (long)value.Length);
}
