using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>What a verification of a part of a timeline's log found.</summary>
/// <param name="DeltaCount">Deltas that were read back, each verified.</param>
/// <param name="StateCount">Hashes of whole states that were compared.</param>
/// <param name="Root">The root behind the last of them.</param>
/// <param name="Fault">The first fault with its place; null when there is none.</param>
public sealed record TimelineVerifyReport(long DeltaCount, long StateCount, Distinction Root, string? Fault);
