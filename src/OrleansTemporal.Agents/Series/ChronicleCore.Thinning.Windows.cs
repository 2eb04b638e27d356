using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <content>
/// Points become windows: a delta says first what is about to be, so that nothing of it is changed any more; then others say
/// what the windows come to, some thousands in each. Until the delta that says what is kept the points are answered.
/// </content>
internal sealed partial class ChronicleCore
{
    // Windows of one delta at most, but for those of one chunk.
    private const int WindowsPerDelta = 20_000;

    // Points that are read for them, but for those of one window: a second's work.
    private const long PointsPerDelta = 20_000_000;

    private WindowPlan? plan;

    // Whether something is to be kept in windows that is not yet.
    private static bool NeedsWindows(SeriesKept kept, SeriesKept target)
    {
        var start = target.From;
        foreach (var band in target.Bands)
        {
            if (!(kept with { From = target.From }).IsSameWithin(target, start, band.Before))
            {
                return true;
            }

            start = band.Before;
        }

        return false;
    }

    // Makes the next windows. False when all are made.
    private async ValueTask<bool> MakeWindowsAsync(SeriesKept target, SeriesThinOrder order, CancellationToken cancellationToken)
    {
        if (plan?.Target != target)
        {
            bool isPlanned;
            lock (Gate)
            {
                isPlanned = keeps.Planned == target;
            }

            if (!isPlanned)
            {
                var planned = new SeriesKeepPayload { Kept = target, IsPlanned = true };
                await StageAsync(SeriesKeepPayload.Keep, planned.Write, order.Actor, static () => true, static _ => { }, cancellationToken).ConfigureAwait(false);
            }

            plan = new WindowPlan(target);
        }

        if (plan.IsDone)
        {
            plan = null;
            return false;
        }

        int deletions;
        lock (Gate)
        {
            deletions = deletionCount;
        }

        var (draft, next) = await AgainWhenMergedAsync(() => DraftAsync(plan, cancellationToken)).ConfigureAwait(false);
        var receipt = draft.IsEmpty ? null : await StageAsync(
            SeriesThinPayload.Thin, draft.Write, order.Actor, () => deletionCount == deletions, static _ => { }, cancellationToken).ConfigureAwait(false);

        // What was deleted meanwhile is to be in no window: then it is read again.
        plan = draft.IsEmpty || receipt is not null ? next : plan;
        return true;
    }

    // What the windows of the next series come to, as many as one delta takes.
    private async ValueTask<(SeriesWindowDraft Draft, WindowPlan Next)> DraftAsync(WindowPlan begun, CancellationToken cancellationToken)
    {
        var draft = new SeriesWindowDraft(begun.Target, WindowsPerDelta, PointsPerDelta);
        var (ordinal, from) = (begun.Ordinal, begun.From);
        while (true)
        {
            List<SeriesMemory> some = [];
            lock (Gate)
            {
                RequireAlive();
                for (var i = ordinal; i < Math.Min(ordinal + SeriesAtATime, index.Count); i++)
                {
                    some.Add(index[i]);
                }
            }

            if (some.Count == 0)
            {
                return (draft, begun with { IsDone = true });
            }

            var bounds = new SeriesSelector { From = begun.Target.From, To = begun.Target.PointsFrom };
            var moment = await LookAtNewestAsync(some, bounds, cancellationToken).ConfigureAwait(false);
            foreach (var view in moment.Series.OrderBy(static view => view.Ordinal))
            {
                var selector = bounds with { From = view.Ordinal == begun.Ordinal ? Math.Max(from, bounds.From) : bounds.From };
                var reader = await moment.OpenAsync(view, selector, SeriesWindows.Give, cancellationToken).ConfigureAwait(false);
                using (reader)
                {
                    if (await draft.AddAsync(reader, view.Ordinal, moment.Kept, cancellationToken).ConfigureAwait(false) is { } stopped)
                    {
                        return (draft, begun with { Ordinal = view.Ordinal, From = stopped });
                    }
                }

                ordinal = view.Ordinal + 1;
            }
        }
    }

    private async ValueTask<SeriesMoment> LookAtNewestAsync(List<SeriesMemory> some, SeriesSelector bounds, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (through, at) = await CloseMomentAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false);
            if (await LookAsync(some, through, at, AsOf.Latest, bounds, cancellationToken).ConfigureAwait(false) is { } moment)
            {
                return moment;
            }
        }
    }

    /// <summary>How far the making of windows has come.</summary>
    private sealed record WindowPlan(SeriesKept Target)
    {
        /// <summary>The next series.</summary>
        public int Ordinal { get; init; }

        /// <summary>Where its next window begins.</summary>
        public long From { get; init; } = long.MinValue;

        public bool IsDone { get; init; }
    }
}
