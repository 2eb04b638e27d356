namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What the clients of a campaign do beside putting and deleting single keys.</summary>
internal sealed record ChangeMix
{
    /// <summary>The namespaces, and with how many partitions they begin.</summary>
    public required IReadOnlyDictionary<string, int> Partitions { get; init; }

    /// <summary>A namespace whose number of partitions is changed all the time; null for none.</summary>
    public string? Moving { get; init; }

    /// <summary>Clients that erase.</summary>
    public int Erasers { get; init; }

    /// <summary>Of a hundred writes, how many are batches over several keys.</summary>
    public int BatchPercent { get; init; } = 25;

    public static ChangeMix Splits { get; } = new() { Partitions = new Dictionary<string, int> { ["moving"] = 1, ["resting"] = 3 }, Moving = "moving" };

    public static ChangeMix Erasures { get; } = new() { Partitions = new Dictionary<string, int> { ["whole"] = 1, ["parts"] = 3 }, Erasers = 4 };

    public static ChangeMix Batches { get; } = new() { Partitions = new Dictionary<string, int> { ["four"] = 4, ["seven"] = 7 }, BatchPercent = 85 };

    /// <summary>Everything at once.</summary>
    public static ChangeMix All { get; } = new()
    {
        Partitions = new Dictionary<string, int> { ["moving"] = 2, ["parts"] = 3 },
        Moving = "moving",
        Erasers = 3,
        BatchPercent = 40,
    };
}
