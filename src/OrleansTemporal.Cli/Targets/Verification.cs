using System.Collections.Immutable;

namespace OrleansTemporal.Targets;

/// <summary>What a verification found.</summary>
/// <param name="IsVerified">True when everything checks.</param>
/// <param name="Counts">What was checked, by name.</param>
/// <param name="Fault">The first fault with its place, or null.</param>
internal sealed record Verification(bool IsVerified, ImmutableSortedDictionary<string, long> Counts, string? Fault);
