namespace OrleansTemporal.Lineage;

/// <summary>What can be asked about lineage.</summary>
public enum LineageAsk : byte
{
    /// <summary>Writes that the named ones follow from, directly or not, nearest first.</summary>
    Ancestors = 1,

    /// <summary>Writes that follow from the named ones, directly or not, nearest first.</summary>
    Descendants = 2,

    /// <summary>Writes that follow directly from the named one; any number of them, page by page.</summary>
    Effects = 3,

    /// <summary>Nearest common ancestors: all that are not ancestors of another common one.</summary>
    CommonAncestor = 4,

    /// <summary>Of the named writes and their descendants those without an effect among them.</summary>
    Frontier = 5,

    /// <summary>Of the named writes and their ancestors those without a cause among them.</summary>
    Roots = 6,

    /// <summary>The named writes and their ancestors, causes first.</summary>
    Order = 7,

    /// <summary>A shortest path, of writes or of documents.</summary>
    Path = 8,

    /// <summary>Whether there is a path, of writes or of documents.</summary>
    Connected = 9,

    /// <summary>Writes around the named ones with most edges.</summary>
    MostConnected = 10,

    /// <summary>Pairs of writes around the named ones that have no edge but much the same neighbours.</summary>
    SimilarUnconnected = 11,

    /// <summary>Walks from the named writes along edges chosen by a seed.</summary>
    RandomWalks = 12,

    /// <summary>Documents that the named one refers to.</summary>
    References = 13,

    /// <summary>Documents that refer to the named one; any number of them, page by page.</summary>
    Referrers = 14,

    /// <summary>Documents that can be reached from the named ones over references.</summary>
    Reachable = 15,

    /// <summary>Documents of a namespace that can not be reached from the named ones: candidates for removal.</summary>
    Unreachable = 16,

    /// <summary>Documents that most others refer to.</summary>
    MostReferenced = 17,
}
