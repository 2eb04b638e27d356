using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

/// <content>Moving sealed data to colder tiers and back. Every step is one swap of the manifest, so it is done or it is not.</content>
public abstract partial class AgentCore
{
    private const int SampleBytes = 4 << 20;

    private readonly SegmentHeat heat = new();

    /// <summary>One step of moving data down, or back up when it is read much.</summary>
    public async ValueTask<CoolReport> CoolAsync(CoolOrder order, CancellationToken cancellationToken)
    {
        heat.Use(order.Heat.HalfLife, Services.Clock.Last);
        if (order.IsDryRun)
        {
            return await EstimateAsync(order, cancellationToken).ConfigureAwait(false);
        }

        await maintaining.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SealOldAsync(order, cancellationToken).ConfigureAwait(false)
                ?? await PromoteAsync(order, cancellationToken).ConfigureAwait(false)
                ?? await PackColderAsync(order, cancellationToken).ConfigureAwait(false)
                ?? new CoolReport();
        }
        finally
        {
            maintaining.Exit();
        }
    }

    private async ValueTask<CoolReport?> SealOldAsync(CoolOrder order, CancellationToken cancellationToken)
    {
        Generation? oldest;
        lock (Gate)
        {
            if (due.Count == 0 && sequence >= generationFirst && generationFirstTime < order.WarmBefore)
            {
                Cut();
            }

            oldest = due.Count > 0 && due[0].FirstTime < order.WarmBefore ? due[0] : null;
        }

        if (oldest is null)
        {
            return null;
        }

        await SealAsync(oldest, cancellationToken).ConfigureAwait(false);
        return new CoolReport { HasMore = true, SealedDeltas = oldest.Last - oldest.First + 1 };
    }

    private async ValueTask<CoolReport?> PromoteAsync(CoolOrder order, CancellationToken cancellationToken)
    {
        if (Manifest is not { } current || current.Segments.FirstOrDefault(segment => IsPromoted(segment, order)) is not { } hot)
        {
            return null;
        }

        await Services.Objects.SetTierAsync(hot.ObjectPath, StorageTier.Warm, cancellationToken).ConfigureAwait(false);
        await SwapAsync(
            current with { Epoch = epoch, Segments = [.. current.Segments.Select(segment => segment == hot ? segment with { Tier = StorageTier.Warm } : segment)] },
            cancellationToken).ConfigureAwait(false);
        return new CoolReport { HasMore = true, PromotedSegments = 1, Before = BytesAt(hot.Tier, hot.Length), After = BytesAt(StorageTier.Warm, hot.Length) };
    }

    private async ValueTask<CoolReport?> PackColderAsync(CoolOrder order, CancellationToken cancellationToken)
    {
        if (Manifest is not { } current || Pick(current, order) is not var (range, tier))
        {
            return null;
        }

        var before = current.Segments.Take(range).ToArray();
        var packed = await PackAsync(current, range, tier, cancellationToken).ConfigureAwait(false);
        return new CoolReport
        {
            HasMore = true,
            PackedSegments = before.Length,
            BytesBefore = before.Sum(static segment => segment.Length),
            BytesAfter = packed.Length,
            Before = BytesOf(before),
            After = BytesAt(packed.Tier, packed.Length),
        };
    }

    private (Range Range, StorageTier Tier)? Pick(Manifest current, CoolOrder order) =>
        SegmentCooling.Pick(current.Segments, order.ColdBefore, order.DeepBefore, segment => heat.Of(segment.ObjectPath, Services.Clock.Last) < order.Heat.DemoteBelow);

    // What cools at once again would only go back and forth.
    private bool IsPromoted(SegmentRef segment, CoolOrder order) =>
        segment.Tier > StorageTier.Warm && heat.Of(segment.ObjectPath, Services.Clock.Last) is var score && score > order.Heat.PromoteAbove && score >= order.Heat.DemoteBelow;

    // The steps in a row, over what the manifest would become; how well it packs is found out with some of the bytes.
    private async ValueTask<CoolReport> EstimateAsync(CoolOrder order, CancellationToken cancellationToken)
    {
        var report = new CoolReport();
        lock (Gate)
        {
            report = report with { SealedDeltas = sequence >= generationFirst && generationFirstTime < order.WarmBefore ? sequence - (Manifest?.SealedThrough ?? 0) : 0 };
        }

        if (Manifest is not { } planned)
        {
            return report;
        }

        var promoted = planned.Segments.Where(segment => IsPromoted(segment, order)).ToArray();
        report = report with { PromotedSegments = promoted.Length, Before = BytesOf(promoted), After = BytesAt(StorageTier.Warm, promoted.Sum(static segment => segment.Length)) };
        var shares = new Dictionary<StorageTier, double>();
        while (Pick(planned, order) is var (range, tier))
        {
            var merging = planned.Segments.Take(range).ToArray();
            if (!shares.TryGetValue(tier, out var share))
            {
                shares[tier] = share = await SampleAsync(merging[0], tier, cancellationToken).ConfigureAwait(false);
            }

            var raw = merging.Sum(static segment => segment.RawBytes);
            var after = (long)(raw * share);
            report = report with
            {
                PackedSegments = report.PackedSegments + merging.Length,
                BytesBefore = report.BytesBefore + merging.Sum(static segment => segment.Length),
                BytesAfter = report.BytesAfter + after,
                Before = report.Before.And(BytesOf(merging)),
                After = report.After.And(BytesAt(tier, after)),
            };
            var (start, count) = range.GetOffsetAndLength(planned.Segments.Count);
            var packed = merging[^1] with { FirstSequence = merging[0].FirstSequence, RawBytes = raw, Length = after, Tier = tier };
            planned = planned with { Segments = [.. planned.Segments.Take(start), packed, .. planned.Segments.Skip(start + count)] };
        }

        return report;
    }

    // Stored bytes for each raw byte, when some of the segment is packed for a tier.
    private async ValueTask<double> SampleAsync(SegmentRef segment, StorageTier tier, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
            var page = await reader.ReadRangeAsync(segment.FirstSequence - 1, SampleBytes, cancellationToken).ConfigureAwait(false);
            return SegmentSample.ShareOf(page.Records, SegmentTiers.OptionsOf(tier, SegmentOptions));
        }
        catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound)
        {
            // Merged meanwhile; the estimate is then that nothing is saved.
            return (double)segment.Length / Math.Max(1, segment.RawBytes);
        }
    }

    private static TierBytes BytesOf(IEnumerable<SegmentRef> segments) =>
        segments.Aggregate(TierBytes.None, static (sum, segment) => sum.And(BytesAt(segment.Tier, segment.Length)));

    /// <summary>Bytes of one tier.</summary>
    private protected static TierBytes BytesAt(StorageTier tier, long bytes) => tier switch
    {
        StorageTier.Warm => new TierBytes(Warm: bytes),
        StorageTier.Cold => new TierBytes(Cold: bytes),
        _ => new TierBytes(Deep: bytes),
    };

    private long BytesIn(StorageTier tier) => Manifest?.Segments.Where(segment => segment.Tier == tier).Sum(static segment => segment.Length) ?? 0;

    /// <summary>How much a segment is read.</summary>
    private protected double HeatOf(SegmentRef segment) => heat.Of(segment.ObjectPath, Services.Clock.Last);

    /// <summary>Takes note of a reading of a segment.</summary>
    private protected void Touch(SegmentRef segment) => heat.Touch(segment.ObjectPath, Services.Clock.Last);

    private double HeatAt(HybridTimestamp now) => heat.All(now);
}
