using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

internal sealed partial class ChronicleCore
{
    /// <summary>A page of points in time order.</summary>
    public async ValueTask<SeriesPointsPage> ReadAsync(SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        var moment = await ViewAsync(query.Selector, query.AsOf, cancellationToken).ConfigureAwait(false);
        return SeriesPages.Read(moment, query, cancellationToken);
    }

    /// <summary>Aggregates by group and window.</summary>
    public async ValueTask<SeriesAggregatePage> AggregateAsync(SeriesAggregateQuery query, CancellationToken cancellationToken)
    {
        WindowRules.Validate(query.Window);
        var functions = SeriesFunction.Parse(query.Functions);
        var zone = SeriesZones.Find(query.Window.TimeZone);
        var moment = await ViewAsync(query.Selector, query.AsOf, cancellationToken).ConfigureAwait(false);
        return SeriesAggregation.Run(moment, query, functions, zone, cancellationToken);
    }

    /// <summary>What there is.</summary>
    public async ValueTask<SeriesStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        var everything = new SeriesSelector();
        var moment = await ViewAsync(everything, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        var (versions, bytes) = (0L, 0L);
        lock (Gate)
        {
            versions = versionCount;
            foreach (var one in series)
            {
                bytes += one.Bytes;
            }
        }

        return SeriesCount.Of(moment, cancellationToken) with { VersionCount = versions, MemoryBytes = bytes };
    }

    // What is seen of the series that are meant as of a moment: of the newest, everything that is durable.
    private ValueTask<SeriesMoment> ViewAsync(SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken) =>
        ViewAsync(new SeriesMatch(selector).Includes, static (series, selector) => series.ToView(selector.From, selector.To), selector, asOf, cancellationToken);

    private async ValueTask<SeriesMoment> ViewAsync(
        Func<SeriesKey, bool> includes, Func<SeriesMemory, SeriesSelector, SeriesView> toView, SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken)
    {
        if (asOf.SystemTime is { } instant)
        {
            await CloseAsync(instant, cancellationToken).ConfigureAwait(false);
        }

        SeriesMemory[] all;
        long through;
        HybridTimestamp at;
        lock (Gate)
        {
            RequireAlive();
            all = known ??= [.. series];
            var durable = Math.Min(Log.DurableThrough, Sequence);
            through = asOf.Sequence is { } sequence ? RequireSequence(sequence, durable)
                : asOf.SystemTime is { } time ? Math.Min(SequenceAt(time), durable)
                : durable;
            at = asOf.SystemTime ?? (through > 0 ? new HybridTimestamp(deltaTimes[(int)through]) : Services.Clock.Last);
        }

        // A million keys are compared outside of the gate; what comes meanwhile is behind the sequence that is read through.
        var meant = Array.FindAll(all, one => includes(one.Key));
        var views = new List<SeriesView>(meant.Length);
        lock (Gate)
        {
            RequireAlive();
            foreach (var one in meant)
            {
                if (one.FirstSequence <= through)
                {
                    views.Add(toView(one, selector));
                }
            }
        }

        views.Sort(static (left, right) => string.CompareOrdinal(left.Key.Text, right.Key.Text));
        return new SeriesMoment([.. views], through, at);
    }

    private static long RequireSequence(long sequence, long durable) => sequence <= durable
        ? sequence
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.AsOfInFuture, $"The newest delta has sequence {durable}.") { Field = "asOf" };

    // The newest delta at or before an instant.
    private long SequenceAt(HybridTimestamp instant)
    {
        var index = deltaTimes.BinarySearch(instant.Value);
        return index >= 0 ? index : ~index - 1;
    }
}
