namespace OrleansTemporal.Lifecycle;

/// <summary>
/// What storage costs, so that a run can say what it saves in money. Bound from the configuration section
/// <c>OrleansTemporal:Prices</c>; a local disk has no prices of its own.
/// </summary>
public sealed class PriceTable
{
    // A request reads or writes a piece of an object of at most so many bytes.
    private const long PieceBytes = 4 << 20;
    private const decimal Gib = 1L << 30;

    // Of each object beside its bytes: its commit, its tier, the manifest.
    private const int WritesPerObject = 3;

    /// <summary>In which currency.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>The warm tier.</summary>
    public TierPrice Warm { get; set; } = new();

    /// <summary>The cold tier.</summary>
    public TierPrice Cold { get; set; } = new();

    /// <summary>The deep tier.</summary>
    public TierPrice Deep { get; set; } = new();

    /// <summary>
    /// Azure Blob Storage, locally redundant, East US, as an example: the source of each number stands in docs/azure.md. Put
    /// in what your region and contract say.
    /// </summary>
    public static PriceTable AzureBlobStorage() => new()
    {
        Warm = new TierPrice { GibMonth = 0.018m, GibRead = 0, Reads10000 = 0.004m, Writes10000 = 0.05m },
        Cold = new TierPrice { GibMonth = 0.01m, GibRead = 0.01m, Reads10000 = 0.01m, Writes10000 = 0.1m },
        Deep = new TierPrice { GibMonth = 0.0036m, GibRead = 0.03m, Reads10000 = 0.1m, Writes10000 = 0.18m },
    };

    /// <summary>What is saved each month when bytes are where they are after, instead of where they were before; less than zero when it costs more.</summary>
    public decimal SavedPerMonth(TierBytes before, TierBytes after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return (((before.Warm - after.Warm) * Warm.GibMonth) + ((before.Cold - after.Cold) * Cold.GibMonth) + ((before.Deep - after.Deep) * Deep.GibMonth)) / Gib;
    }

    /// <summary>What it costs once to read what was before and to write what is after.</summary>
    /// <param name="before">What is read.</param>
    /// <param name="after">What is written.</param>
    /// <param name="objects">In how many objects.</param>
    public decimal CostOnce(TierBytes before, TierBytes after, long objects)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return Read(before.Warm, Warm) + Read(before.Cold, Cold) + Read(before.Deep, Deep)
            + Write(after.Warm, Warm) + Write(after.Cold, Cold) + Write(after.Deep, Deep)
            + (objects * WritesPerObject * Warm.Writes10000 / 10_000);
    }

    /// <summary>Refuses prices that can not be.</summary>
    /// <exception cref="ArgumentException">In words, naming the setting.</exception>
    public void Validate()
    {
        foreach (var (name, price) in new[] { (nameof(Warm), Warm), (nameof(Cold), Cold), (nameof(Deep), Deep) })
        {
            if (price.GibMonth < 0 || price.GibRead < 0 || price.Reads10000 < 0 || price.Writes10000 < 0)
            {
                throw new ArgumentException($"Prices:{name} is not below zero.");
            }
        }
    }

    private static decimal Read(long bytes, TierPrice price) => (bytes * price.GibRead / Gib) + (Pieces(bytes) * price.Reads10000 / 10_000);

    private static decimal Write(long bytes, TierPrice price) => Pieces(bytes) * price.Writes10000 / 10_000;

    private static long Pieces(long bytes) => (bytes + PieceBytes - 1) / PieceBytes;
}
