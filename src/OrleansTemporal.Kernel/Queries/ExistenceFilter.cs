namespace OrleansTemporal.Queries;

/// <summary>Whether a document has a field, whatever its value, null included.</summary>
internal sealed class ExistenceFilter(FieldPath path) : Filter
{
    public override bool Matches(ReadOnlySpan<byte> document) => !path.Find(document).IsEmpty;
}
