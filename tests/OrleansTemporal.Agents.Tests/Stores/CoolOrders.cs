using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>Orders to move data between tiers at random bounds, so that what was written just now may be deep already.</summary>
internal static class CoolOrders
{
    public static CoolOrder Random(Random random, HybridTimestamp now)
    {
        var warm = Before(now, random.Next(400));
        var cold = Before(warm, random.Next(2_000));
        return new CoolOrder
        {
            WarmBefore = warm,
            ColdBefore = cold,
            DeepBefore = Before(cold, random.Next(4_000)),
            Heat = random.Next(2) == 0 ? new() : new() { HalfLife = TimeSpan.FromSeconds(1), PromoteAbove = 2, DemoteBelow = 1 },
        };
    }

    private static HybridTimestamp Before(HybridTimestamp time, int milliseconds) =>
        HybridTimestamp.FromMilliseconds(Math.Max(0, time.Milliseconds - milliseconds));
}
