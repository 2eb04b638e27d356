namespace OrleansTemporal.Vectors;

/// <summary>Which rows a search may answer with; the others still show it the way. A struct, for speed.</summary>
public interface IVectorSelection
{
    /// <summary>False when the row is out of the question, as far as is known at the cost of a look. A scan asks this before it computes a distance.</summary>
    bool Considers(int row);

    /// <summary>Whether the search may answer with this row. Asked once for each row that is near enough.</summary>
    bool Accepts(int row);
}
