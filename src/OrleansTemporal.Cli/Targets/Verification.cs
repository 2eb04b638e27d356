using System.Collections.Immutable;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Targets;

/// <summary>What a verification found.</summary>
/// <param name="IsVerified">True when everything checks.</param>
/// <param name="Counts">What was checked, by name.</param>
/// <param name="Fault">The first fault with its place, or null.</param>
internal sealed record Verification(bool IsVerified, ImmutableSortedDictionary<string, long> Counts, string? Fault)
{
    /// <summary>What the work saved, or would save; null when it is not about that.</summary>
    public LifecycleSavings? Savings { get; init; }
}
