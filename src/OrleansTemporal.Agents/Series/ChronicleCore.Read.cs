using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

internal sealed partial class ChronicleCore
{
    /// <summary>A page of points in time order.</summary>
    public ValueTask<SeriesPointsPage> ReadAsync(SeriesPointsQuery query, CancellationToken cancellationToken) => AskAsync(
        query.Selector, query.AsOf, moment => SeriesPages.ReadAsync(moment, query, cancellationToken), cancellationToken);

    /// <summary>Aggregates by group and window.</summary>
    public ValueTask<SeriesAggregatePage> AggregateAsync(SeriesAggregateQuery query, CancellationToken cancellationToken)
    {
        WindowRules.Validate(query.Window);
        var functions = SeriesFunction.Parse(query.Functions);
        var zone = SeriesZones.Find(query.Window.TimeZone);
        return AskAsync(
            query.Selector, query.AsOf, moment => SeriesAggregation.RunAsync(moment, query, functions, zone, cancellationToken), cancellationToken);
    }

    /// <summary>What there is.</summary>
    public async ValueTask<SeriesStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        var stats = await AskAsync(new SeriesSelector(), AsOf.Latest, moment => SeriesCount.OfAsync(moment, cancellationToken), cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            return stats with { VersionCount = versionCount, MemoryBytes = memoryBytes };
        }
    }

    // Asks again when a segment was merged into another meanwhile.
    private ValueTask<T> AskAsync<T>(SeriesSelector selector, AsOf asOf, Func<SeriesMoment, ValueTask<T>> ask, CancellationToken cancellationToken) =>
        AskAsync(() => LookAsync(selector, asOf, cancellationToken), ask);

    private async ValueTask<T> AskAsync<T>(Func<ValueTask<SeriesMoment>> look, Func<SeriesMoment, ValueTask<T>> ask)
    {
        while (true)
        {
            var seen = Manifest;
            try
            {
                return await ask(await look().ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound && !ReferenceEquals(seen, Manifest))
            {
                continue;
            }
        }
    }

    // What is seen of the series that are meant as of a moment: of the newest, everything that is durable.
    private async ValueTask<SeriesMoment> LookAsync(SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (meant, through, at) = await FindAsync(selector, asOf, cancellationToken).ConfigureAwait(false);
            if (await LookAsync(meant, through, at, asOf, selector, cancellationToken).ConfigureAwait(false) is { } moment)
            {
                return moment;
            }
        }
    }

    // Null when what is kept has changed since the moment of the newest was found.
    private async ValueTask<SeriesMoment?> LookAsync(
        List<SeriesMemory> meant, long through, HybridTimestamp at, AsOf asOf, SeriesSelector bounds, CancellationToken cancellationToken)
    {
        var (manifest, views, then, kept) = ViewsOf(meant, through, bounds);
        if (asOf.IsLatest && then != kept)
        {
            return null;
        }

        SeriesExpiry.RequireSame(then, kept, bounds.From, bounds.To);
        var chunks = ImmutableArray.CreateBuilder<SeriesSegment>();
        foreach (var segment in manifest?.Segments ?? [])
        {
            if (segment.FirstSequence <= through)
            {
                chunks.Add(await SegmentOfAsync(segment, cancellationToken).ConfigureAwait(false));
            }
        }

        views.Sort(static (left, right) => string.CompareOrdinal(left.Key.Text, right.Key.Text));
        return new SeriesMoment([.. views], through, at, chunks.DrainToImmutable()) { Kept = kept };
    }

    // The series that are meant and were there at a moment, and the moment.
    private async ValueTask<(List<SeriesMemory> Meant, long Through, HybridTimestamp At)> FindAsync(
        SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken)
    {
        var match = new SeriesMatch(selector);
        var (through, at) = await CloseMomentAsync(asOf, cancellationToken).ConfigureAwait(false);
        SeriesCandidates candidates;
        lock (Gate)
        {
            RequireAlive();
            candidates = index.Plan(selector);
        }

        // A million keys are compared outside of the gate; what comes meanwhile is behind the sequence that is read through.
        var meant = candidates.Find(match);
        meant.RemoveAll(one => one.FirstSequence > through);
        return (meant, through, at);
    }

    private async ValueTask<(long Through, HybridTimestamp At)> CloseMomentAsync(AsOf asOf, CancellationToken cancellationToken)
    {
        if (asOf.SystemTime is { } instant)
        {
            await CloseAsync(instant, cancellationToken).ConfigureAwait(false);
        }

        return await MomentOfAsync(asOf, cancellationToken).ConfigureAwait(false);
    }

    // What memory has of some series, and the manifest that has the rest. The gate is held for a few series at a time, and
    // for all of them when what they are taken from changes again and again.
    // What is kept is that of the first look: what of it goes later goes with another manifest.
    private (Manifest? Manifest, List<SeriesView> Views, SeriesKept Then, SeriesKept Now) ViewsOf(List<SeriesMemory> meant, long through, SeriesSelector selector)
    {
        const int triesMax = 3;
        var views = new List<SeriesView>(meant.Count);
        for (var attempt = 1; ; attempt++)
        {
            views.Clear();
            Manifest? seen = null;
            var (then, now) = (SeriesKept.Everything, SeriesKept.Everything);
            var step = attempt < triesMax ? SeriesAtATime : meant.Count;
            var isWhole = true;
            for (var first = 0; isWhole && (first < meant.Count || first == 0); first += Math.Max(step, 1))
            {
                lock (Gate)
                {
                    RequireAlive();
                    if (first == 0)
                    {
                        (seen, then, now) = (Manifest, keeps.At(through), keeps.At(DurableThrough));
                    }

                    isWhole = ReferenceEquals(seen, Manifest);
                    for (var i = first; isWhole && i < Math.Min(first + step, meant.Count); i++)
                    {
                        views.Add(meant[i].ToView(selector.From, selector.To, Bounds));
                    }
                }
            }

            if (isWhole)
            {
                return (seen, views, then, now);
            }
        }
    }
}
