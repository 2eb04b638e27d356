using System.Collections.Immutable;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Kv;

/// <summary>What an operation had come to when it was looked for. Holds as long as the agent remembers the same delta of it.</summary>
/// <param name="Newest">The newest delta of it here; null for none.</param>
/// <param name="Results">One for each of its deltas that has to do with the keys.</param>
internal sealed record KvRecalled(OperationEntry? Newest, ImmutableArray<KvWriteResult> Results);
