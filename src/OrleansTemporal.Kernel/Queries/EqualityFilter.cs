namespace OrleansTemporal.Queries;

/// <summary>Whether a field has a value: equal values have equal canonical bytes.</summary>
internal sealed class EqualityFilter(FieldPath path, byte[] value) : Filter
{
    public override bool Matches(ReadOnlySpan<byte> document) => path.Find(document).SequenceEqual(value);
}
