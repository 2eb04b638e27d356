namespace OrleansTemporal.Causality;

/// <summary>One part of a write over several agents.</summary>
/// <param name="Id">128 bits that all parts share, derived from the operation so that a retry makes the same.</param>
/// <param name="Size">How many parts there are.</param>
/// <param name="Index">Which one this is, from 0.</param>
public sealed record WriteGroup(UInt128 Id, int Size, int Index);
