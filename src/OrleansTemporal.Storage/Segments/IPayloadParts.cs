namespace OrleansTemporal.Storage.Segments;

/// <summary>Knows which byte ranges of a facet's delta records are values that may come again.</summary>
public interface IPayloadParts
{
    /// <summary>Names the values of a record, in ascending order and without overlap.</summary>
    /// <param name="record">An encoded delta record.</param>
    /// <param name="parts">Where to add them, as ranges of the record.</param>
    void Find(ReadOnlyMemory<byte> record, ICollection<PayloadPart> parts);
}
