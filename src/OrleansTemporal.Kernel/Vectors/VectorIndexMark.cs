namespace OrleansTemporal.Vectors;

/// <summary>How far an index was at a moment: what <see cref="VectorIndex.Write"/> writes.</summary>
/// <param name="EntryCount">Entries of the history.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="Listed">Rows that the newest graph listed.</param>
public readonly record struct VectorIndexMark(int EntryCount, int RowCount, int Listed);
