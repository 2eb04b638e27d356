namespace OrleansTemporal.Storage.Segments;

/// <summary>Says that a part of a record stands in an earlier record of the same segment.</summary>
/// <param name="Offset">Where the part begins in this record.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Distance">This record's sequence less that of the record which holds the bytes; 0 is this record itself.</param>
/// <param name="SourceOffset">Where the bytes begin in that record, as it was before it was stored.</param>
internal readonly record struct BackReference(int Offset, int Length, long Distance, int SourceOffset);
