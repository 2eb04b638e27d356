namespace OrleansTemporal.Vectors;

/// <summary>One version of one vector in memory.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Metadata">Canonical JSON; empty for none and for the end of a vector.</param>
/// <param name="Time">System time of its delta.</param>
/// <param name="Sequence">Sequence of its delta.</param>
/// <param name="Ordinal">Which operation of the delta.</param>
/// <param name="Entry">Its entry in the history; −1 for the end of a vector.</param>
/// <param name="Previous">The version before it; −1 when it is the first.</param>
internal readonly record struct VectorSlot(string Id, byte[] Metadata, ulong Time, long Sequence, ushort Ordinal, int Entry, int Previous)
{
    public bool IsDelete => Entry < 0;
}
