namespace OrleansTemporal.Lifecycle;

/// <summary>A document whose fitness was scored.</summary>
/// <param name="Document">Written <c>namespace/key</c>.</param>
/// <param name="Score">Its fitness.</param>
/// <param name="References">Documents that refer to it, up to a hundred of each agent.</param>
/// <param name="Descendants">Deltas that follow from its write, up to a hundred of each agent.</param>
/// <param name="Age">Since it was written.</param>
public sealed record ScoredDocument(string Document, double Score, long References, long Descendants, TimeSpan Age);
