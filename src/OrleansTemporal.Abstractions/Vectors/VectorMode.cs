namespace OrleansTemporal.Vectors;

/// <summary>How thoroughly a search looks. The numbers travel between processes and never change meaning.</summary>
public enum VectorMode : byte
{
    /// <summary>As wide as is needed to find 95 of the 100 nearest, as measured on the collection itself.</summary>
    Auto = 0,

    /// <summary>Half as wide as <see cref="Auto"/>.</summary>
    Fast = 1,

    /// <summary>As wide as is needed to find 99 of the 100 nearest, as measured on the collection itself.</summary>
    Thorough = 2,

    /// <summary>Every vector is compared.</summary>
    Exact = 3,

    /// <summary>An answer only: the same was asked before, and nothing was written since.</summary>
    Cached = 4,
}
