using OrleansTemporal.Causality;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>One version of a key as the log has it; without a value when it was deleted.</summary>
internal sealed record AuditedVersion(WriteId Id, HybridTimestamp Time, string? Value);
