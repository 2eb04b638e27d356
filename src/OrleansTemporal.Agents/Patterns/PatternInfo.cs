using OrleansTemporal.Causality;

namespace OrleansTemporal.Patterns;

/// <summary>A pattern as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What it looks for.</param>
/// <param name="WriteId">The version of its definition.</param>
/// <param name="SystemTime">When it was defined as it is; it looks at points that were written after that.</param>
/// <param name="MatchCount">Matches that it has written since.</param>
public sealed record PatternInfo(string Name, PatternDefinition Definition, WriteId WriteId, HybridTimestamp SystemTime, long MatchCount)
{
    /// <summary>The receipt of the write that defined it, in the answer to that write; null elsewhere, and where nothing had to be written.</summary>
    public Receipt? Receipt { get; init; }
}
