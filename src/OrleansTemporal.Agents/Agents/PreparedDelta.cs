using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>A delta that waits for its turn: hashed and encoded as far as it can be outside the gate.</summary>
/// <param name="Draft">Kind, payload, commitment and context.</param>
/// <param name="Salt">The salt that the commitment and the operation's body hash are made with.</param>
internal sealed record PreparedDelta(DeltaDraft Draft, ReadOnlyMemory<byte> Salt);
