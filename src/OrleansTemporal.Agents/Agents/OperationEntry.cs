using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>A remembered operation: enough to recognise it when it comes again and to find what it came to.</summary>
/// <param name="Key">Scope and client's key, hashed.</param>
/// <param name="Salt">The 16 bytes that its body hash is salted with; the same as the delta's, and empty when that was erased.</param>
/// <param name="BodyHash">Salted hash of the request.</param>
/// <param name="Sequence">The delta that it became.</param>
/// <param name="SystemTime">Its system time.</param>
/// <param name="Root">The root after it.</param>
internal sealed record OperationEntry(
    string Key, ReadOnlyMemory<byte> Salt, Distinction BodyHash, long Sequence, HybridTimestamp SystemTime, Distinction Root)
{
    /// <summary>
    /// The delta before it that the same operation became, when its keys have come together in this agent from several:
    /// then a retry found some of them written and added the others.
    /// </summary>
    public OperationEntry? Earlier { get; init; }
}
