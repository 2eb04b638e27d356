using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Kernel.Tests.Lifecycle;

public sealed class PriceTableTests
{
    private const long Gib = 1L << 30;

    private static readonly PriceTable Prices = new()
    {
        Warm = new() { GibMonth = 10, GibRead = 1, Reads10000 = 10_000, Writes10000 = 20_000 },
        Cold = new() { GibMonth = 5, GibRead = 2, Reads10000 = 30_000, Writes10000 = 40_000 },
        Deep = new() { GibMonth = 1, GibRead = 3, Reads10000 = 50_000, Writes10000 = 60_000 },
    };

    [Fact]
    public void a_month_costs_what_lies_in_each_tier()
    {
        Assert.Equal(10 + 10 - 1.5m, Prices.SavedPerMonth(new TierBytes(Gib, 2 * Gib), new TierBytes(Deep: Gib + (Gib / 2))));
        Assert.Equal(-9, Prices.SavedPerMonth(new TierBytes(Deep: Gib), new TierBytes(Warm: Gib)));
    }

    [Fact]
    public void moving_costs_reading_writing_and_three_writes_for_each_object()
    {
        // 256 pieces of 4 MiB are read, two are written.
        var once = Prices.CostOnce(new TierBytes(Cold: Gib), new TierBytes(Deep: (4 << 20) + 1), objects: 1);
        Assert.Equal(2 + (256 * 3) + (2 * 6) + (3 * 2), once);
        Assert.Equal(0, Prices.CostOnce(TierBytes.None, TierBytes.None, 0));
    }

    [Fact]
    public void prices_below_zero_are_refused()
    {
        Prices.Validate();
        PriceTable.AzureBlobStorage().Validate();
        Assert.Contains("Prices:Cold", Assert.Throws<ArgumentException>(() => new PriceTable { Cold = new() { GibRead = -1 } }.Validate()).Message, StringComparison.Ordinal);
    }
}
