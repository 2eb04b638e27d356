namespace OrleansTemporal.Lineage;

/// <summary>Which edges a walk follows.</summary>
public enum LineageDirection : byte
{
    /// <summary>From an effect to its causes; from a document to what it refers to.</summary>
    Causes = 1,

    /// <summary>From a cause to its effects; from a document to what refers to it.</summary>
    Effects = 2,

    /// <summary>Both ways.</summary>
    Any = 3,
}
