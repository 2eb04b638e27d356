namespace OrleansTemporal.Storage.Ports;

/// <summary>How warm an object is kept. A tier changes the cost of a read, never its answer.</summary>
public enum StorageTier : byte
{
    /// <summary>Fresh segments.</summary>
    Warm = 1,

    /// <summary>Merged segments on cheaper storage.</summary>
    Cold = 2,

    /// <summary>The oldest segments in the cheapest store.</summary>
    Deep = 3,

    /// <summary>A store that has to bring an object back, which takes hours, before it can be read. No default policy uses it.</summary>
    Offline = 4,
}
