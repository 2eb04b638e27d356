namespace OrleansTemporal.Storage.Segments;

/// <summary>Joins a facet's own bytes when segments are merged.</summary>
public interface ISegmentFacet
{
    /// <summary>One facet part for several.</summary>
    /// <param name="parts">Those of the sources, oldest first.</param>
    ReadOnlyMemory<byte> MergeFacets(IReadOnlyList<ReadOnlyMemory<byte>> parts);

    /// <summary>One zone for several.</summary>
    /// <param name="zones">Those of the sources, oldest first.</param>
    ReadOnlyMemory<byte> MergeZones(IReadOnlyList<ReadOnlyMemory<byte>> zones);
}
