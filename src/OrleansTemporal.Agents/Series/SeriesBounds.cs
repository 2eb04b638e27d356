namespace OrleansTemporal.Series;

/// <summary>Which deltas' points are to be found in memory, the others being in chunks of segments.</summary>
/// <param name="Covered">Segments hold chunks of all deltas up to here …</param>
/// <param name="Legacy">… but for those up to here, which a release without chunks in segments has sealed; 0 for none.</param>
/// <param name="Last">The last delta that is wanted.</param>
internal readonly record struct SeriesBounds(long Covered, long Legacy, long Last = long.MaxValue)
{
    /// <summary>Whether the points of a delta are in memory, and wanted.</summary>
    public bool IsInMemory(long sequence) => (sequence > Covered || sequence <= Legacy) && sequence <= Last;
}
