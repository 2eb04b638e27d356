namespace OrleansTemporal.Queries;

/// <summary>All or any of several filters, in their order, no further than needed. Of none, all hold and none does.</summary>
internal sealed class ConnectiveFilter(bool isAnd, Filter[] parts) : Filter
{
    public override bool Matches(ReadOnlySpan<byte> document)
    {
        foreach (var part in parts)
        {
            if (part.Matches(document) != isAnd)
            {
                return !isAnd;
            }
        }

        return isAnd;
    }
}
