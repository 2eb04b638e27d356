using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>One version of a key as the log has it; without a value when it was deleted.</summary>
internal sealed record AuditedVersion(WriteId Id, HybridTimestamp Time, string? Value, HybridTimestamp? ExpiresAt = null)
{
    public bool IsLiveAt(HybridTimestamp time) => Value is not null && !(ExpiresAt <= time);

    /// <summary>What a history shows where the value ended.</summary>
    public AuditedVersion Tombstone() => new(KvExpiry.TombstoneOf(Id), ExpiresAt!.Value, null);
}
