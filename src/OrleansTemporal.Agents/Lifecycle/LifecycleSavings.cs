namespace OrleansTemporal.Lifecycle;

/// <summary>What a run saved or, of a dry run, would save.</summary>
/// <param name="Bytes">Stored bytes.</param>
public sealed record LifecycleSavings(long Bytes)
{
    /// <summary>Money each month; null when no prices are known.</summary>
    public double? MoneyPerMonth { get; init; }

    /// <summary>Money that it costs once to move the bytes.</summary>
    public double? CostOnce { get; init; }

    /// <summary>In which currency.</summary>
    public string? Currency { get; init; }

    /// <summary>What is saved by bytes that lie elsewhere, or no more, afterwards.</summary>
    internal static LifecycleSavings Of(long bytes, TierBytes before, TierBytes after, long objects, PriceTable? prices) => prices is null
        ? new LifecycleSavings(bytes)
        : new LifecycleSavings(bytes)
        {
            MoneyPerMonth = (double)prices.SavedPerMonth(before, after),
            CostOnce = (double)prices.CostOnce(before, after, objects),
            Currency = prices.Currency,
        };
}
