namespace OrleansTemporal.Lifecycle;

/// <summary>What a tier of storage costs.</summary>
public sealed class TierPrice
{
    /// <summary>A GiB kept for a month.</summary>
    public decimal GibMonth { get; set; }

    /// <summary>A GiB read.</summary>
    public decimal GibRead { get; set; }

    /// <summary>10,000 reads.</summary>
    public decimal Reads10000 { get; set; }

    /// <summary>10,000 writes.</summary>
    public decimal Writes10000 { get; set; }
}
