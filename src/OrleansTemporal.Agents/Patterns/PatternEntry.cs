using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Patterns;

/// <summary>What is stored of a pattern's definition.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The write of the definition.</param>
/// <param name="SystemTime">Its system time.</param>
/// <param name="Definition">The definition.</param>
/// <param name="From">Where each agent of its streams stood when it was defined.</param>
internal sealed record PatternEntry(string Name, WriteId Version, HybridTimestamp SystemTime, PatternDefinition Definition, ImmutableDictionary<AgentId, long> From);
