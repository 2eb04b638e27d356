using System.Text.Json;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Workspaces;

/// <summary>One workspace and its settings.</summary>
public sealed record WorkspaceInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether writes wait for the disk unless a namespace says otherwise.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>
    /// Whether values of namespaces that say nothing themselves are written under the workspace's data key:
    /// <see cref="DataKeyPolicy.Own"/> or <see cref="DataKeyPolicy.None"/>; in a change, <see cref="DataKeyPolicy.Inherit"/> leaves it as it is.
    /// </summary>
    public DataKeyPolicy DataKey { get; init; }

    /// <summary>The operation that brought it back from a backup; empty when none did.</summary>
    internal string RestoredBy { get; init; } = "";

    /// <summary>When it was made or last configured.</summary>
    public HybridTimestamp SystemTime { get; init; }

    /// <summary>Sequence in the registry of workspaces; 0 for the one that exists from the start and was never configured.</summary>
    public long Sequence { get; init; }

    /// <summary>The workspace that an entry of the registry describes.</summary>
    public static WorkspaceInfo Of(CatalogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var settings = JsonDocument.Parse(entry.Settings);
        return new WorkspaceInfo
        {
            Name = entry.Name,
            Durability = settings.RootElement.TryGetProperty("durability", out var value) && value.ValueEquals("buffered") ? Durability.Buffered : Durability.Durable,
            DataKey = settings.RootElement.TryGetProperty("dataKey", out var policy) ? DataKeyPolicies.Parse(policy.GetString()!) : DataKeyPolicy.None,
            RestoredBy = settings.RootElement.TryGetProperty("restoredBy", out var operation) ? operation.GetString()! : "",
            SystemTime = entry.SystemTime,
            Sequence = entry.Sequence,
        };
    }
}
