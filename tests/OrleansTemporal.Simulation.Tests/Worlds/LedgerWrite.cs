using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>One write as its client sees it; sent again under the same idempotency key it is still the same write.</summary>
internal sealed record LedgerWrite(int Id, string Namespace, ImmutableArray<KvOperation> Operations, string? IdempotencyKey)
{
    public WriteStatus Status { get; set; }

    /// <summary>Receipts by agent, once acknowledged.</summary>
    public Dictionary<AgentId, Receipt> Receipts { get; } = [];

    /// <summary>The pair in the delta's metadata that tells the auditor which write it is.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata => [new("write", $"{Id}")];

    public override string ToString() => $"write {Id} to {Namespace} ({Status}): {string.Join(", ", Operations.Select(static operation => $"{operation.Kind} {operation.Key}"))}";
}
