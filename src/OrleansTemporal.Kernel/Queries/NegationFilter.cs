namespace OrleansTemporal.Queries;

/// <summary>What another filter refuses.</summary>
internal sealed class NegationFilter(Filter part) : Filter
{
    public override bool Matches(ReadOnlySpan<byte> document) => !part.Matches(document);
}
