namespace OrleansTemporal.Agents;

/// <summary>What one turn of housekeeping may and should do.</summary>
public sealed record MaintenanceBudget
{
    /// <summary>Seal what is due by size only.</summary>
    public static MaintenanceBudget Normal { get; } = new();

    /// <summary>True to seal everything that is durable, because the agent holds back the oldest journal file or is about to close.</summary>
    public bool SealEverything { get; init; }

    /// <summary>True to let merges run; false when the host is in a hurry.</summary>
    public bool AllowMerges { get; init; } = true;
}
