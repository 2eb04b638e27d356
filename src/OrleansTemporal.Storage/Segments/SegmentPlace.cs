using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Segments;

/// <summary>Where a block of a segment lies.</summary>
/// <param name="FirstSequence">Sequence of its first record.</param>
/// <param name="RecordCount">Number of records.</param>
/// <param name="Offset">Where the stored bytes begin, relative to the section.</param>
/// <param name="Packed">How they are stored.</param>
internal readonly record struct SegmentPlace(long FirstSequence, int RecordCount, long Offset, PackedBlock Packed);
