namespace OrleansTemporal.Agents;

/// <summary>Where the random bytes of commitments come from.</summary>
public interface ISaltSource
{
    /// <summary>Fills a span with bytes that nobody can guess.</summary>
    void Fill(Span<byte> destination);
}
