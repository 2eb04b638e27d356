using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Vectors;

/// <summary>One search of a collection as of a moment, outside of the gate: which way is the cheapest, the search, and what it found.</summary>
internal sealed partial class VectorSearch(VectorCollection collection, VectorQuery query, Filter filter, ulong time, uint agentDigest)
{
    // A scan of fewer entries is over before a thread has begun.
    private const int EntriesPerPart = 8_192;

    // So many entries are looked at to learn which share a filter lets pass.
    private const int SampleSize = 256;

    private readonly VectorSelection selection = new(collection, time, filter);

    private bool HasFilter => !query.Filter.IsEmpty;

    /// <summary>Runs it.</summary>
    public async ValueTask<VectorAnswer> RunAsync(IWorkScheduler scheduler, CancellationToken cancellationToken)
    {
        var plan = collection.Index.Plan(query.Mode, query.Count, time, HasFilter ? EstimateShare() : 1, query.Width);
        var hits = new VectorHit[query.Count];
        var count = plan.Mode == VectorMode.Exact
            ? await ScanAsync(plan, hits, scheduler, cancellationToken).ConfigureAwait(false)
            : HasFilter ? collection.Index.Search(plan, query.Vector.Span, selection, hits)
            : collection.Index.Search(plan, query.Vector.Span, hits);
        var matches = MatchesOf(hits.AsSpan(0, count));
        return new VectorAnswer(query.Causal is null ? matches : WithKin(matches), plan.Mode, new HybridTimestamp(time));
    }

    private async ValueTask<int> ScanAsync(VectorPlan plan, VectorHit[] hits, IWorkScheduler scheduler, CancellationToken cancellationToken)
    {
        var partCount = Math.Clamp(plan.EntryCount / EntriesPerPart, 1, scheduler.Parallelism);
        if (partCount == 1)
        {
            return Scan(plan, 0, 1, hits);
        }

        var parts = new (VectorHit[] Hits, int Count)[partCount];
        await scheduler.ForAsync(
            partCount,
            part =>
            {
                var found = new VectorHit[hits.Length];
                parts[part] = (found, Scan(plan, part, partCount, found));
            },
            cancellationToken).ConfigureAwait(false);
        var count = 0;
        foreach (var part in parts)
        {
            count = VectorScan.Merge(hits, count, part.Hits.AsSpan(0, part.Count));
        }

        return count;
    }

    private int Scan(VectorPlan plan, int part, int partCount, VectorHit[] hits) => HasFilter
        ? collection.Index.Scan(plan, part, partCount, query.Vector.Span, selection, hits)
        : collection.Index.Scan(plan, part, partCount, query.Vector.Span, default(AllVectors), hits);

    // Evenly over what is there, so that what came together counts no more than the rest.
    private double EstimateShare()
    {
        var begun = collection.Index.History.CountBegun(time);
        var (live, passing) = (0, 0);
        var step = Math.Max(1, begun / SampleSize);
        for (var entry = step / 2; entry < begun; entry += step)
        {
            if (collection.Index.History.IsLive(entry, time))
            {
                live++;
                passing += selection.Passes(entry) ? 1 : 0;
            }
        }

        return live == 0 ? 1 : (double)passing / live;
    }

    // Several vectors may have the same values; each is answered, the one that came first in front.
    private ImmutableArray<VectorMatch> MatchesOf(ReadOnlySpan<VectorHit> hits)
    {
        var matches = ImmutableArray.CreateBuilder<VectorMatch>(hits.Length);
        var entries = new List<int>();
        foreach (var hit in hits)
        {
            var distance = VectorDistances.ToDistance(collection.Settings.Metric, hit.Ordered);
            var score = VectorDistances.ToScore(collection.Settings.Metric, distance);
            if (query.Causal is null && query.Threshold is { } threshold && score < threshold)
            {
                break;
            }

            entries.Clear();
            var history = collection.Index.History;
            for (var entry = history.NewestOf(hit.Row); entry >= 0; entry = history.EarlierThan(entry))
            {
                if (selection.Passes(entry))
                {
                    entries.Add(entry);
                }
            }

            for (var i = entries.Count - 1; i >= 0 && matches.Count < query.Count; i--)
            {
                ref readonly var slot = ref collection.SlotOfEntry(entries[i]);
                matches.Add(MatchOf(slot, score, distance));
            }
        }

        return matches.DrainToImmutable();
    }

    private VectorMatch MatchOf(in VectorSlot slot, double score, double distance) => new()
    {
        Id = slot.Id,
        Score = score,
        Distance = distance,
        Metadata = slot.Metadata,
        WriteId = new WriteId(agentDigest, slot.Sequence, slot.Ordinal),
    };
}
