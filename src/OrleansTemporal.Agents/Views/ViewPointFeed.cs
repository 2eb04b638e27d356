using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Views;

/// <summary>
/// What is written to a stream and deleted from it, from one moment to the next: a mark in the log of each of its partitions,
/// and what was read behind the moment already. The deltas say what the points are, so nothing is asked a second time. Not
/// thread-safe.
/// </summary>
internal sealed class ViewPointFeed(ViewPoints source) : IViewFeed
{
    private readonly List<Part> parts = [];
    private readonly Dictionary<int, long> searched = [];
    private HybridTimestamp moment;

    /// <inheritdoc/>
    public HybridTimestamp KeptFrom => default;

    /// <inheritdoc/>
    public async ValueTask BeginAsync(HybridTimestamp moment, CancellationToken cancellationToken)
    {
        parts.Clear();
        await source.LocateAsync(moment, cancellationToken).ConfigureAwait(false);
        foreach (var agent in source.Agents)
        {
            var page = await agent.ReadChangesAsync(new SeriesChangesQuery { Through = moment }, cancellationToken).ConfigureAwait(false);
            parts.Add(new Part { Sequence = page.Sequence, Through = moment });
        }

        this.moment = moment;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsBehindAsync(CancellationToken cancellationToken)
    {
        await LocateAsync(moment, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Waiting.Count > 0 || (await source.Agents[i].GetStatusAsync(cancellationToken).ConfigureAwait(false)).Sequence > parts[i].Sequence)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HasErasedAsync(HybridTimestamp goal, CancellationToken cancellationToken)
    {
        await LocateAsync(goal, cancellationToken).ConfigureAwait(false);
        var found = false;
        for (var i = 0; i < parts.Count; i++)
        {
            SeriesChangesPage page;
            do
            {
                var from = searched.TryGetValue(i, out var before) ? before : parts[i].Sequence;
                page = await source.Agents[i].ReadChangesAsync(new SeriesChangesQuery { AfterSequence = from, Through = goal }, cancellationToken).ConfigureAwait(false);
                searched[i] = page.Sequence;
                found |= page.HasGaps;
            }
            while (page.Through < goal);
        }

        return found;
    }

    /// <inheritdoc/>
    public void GoOnSearching(IViewFeed before)
    {
        foreach (var (part, sequence) in ((ViewPointFeed)before).searched)
        {
            searched[part] = sequence;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ViewFeedPage> ReadAsync(HybridTimestamp goal, bool keepsPast, CancellationToken cancellationToken)
    {
        await LocateAsync(goal, cancellationToken).ConfigureAwait(false);
        var through = goal;
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Through < goal && !await ReadAsync(parts[i], source.Agents[i], goal, cancellationToken).ConfigureAwait(false))
            {
                return new ViewFeedPage(goal, [], HasGaps: false, IsLost: true);
            }

            through = parts[i].Through < through ? parts[i].Through : through;
        }

        var changes = parts.SelectMany(static part => part.Waiting).Where(change => change.Time <= through.Value && change.Time > moment.Value).ToList();
        return new ViewFeedPage(through, changes, HasGaps: false, IsLost: false);
    }

    /// <inheritdoc/>
    public void Accept(HybridTimestamp through)
    {
        foreach (var part in parts)
        {
            while (part.Waiting.TryPeek(out var change) && change.Time <= through.Value)
            {
                part.Waiting.Dequeue();
            }
        }

        moment = HybridTimestamp.Max(moment, through);
    }

    // A stream that was not there when it was begun with is looked for again; all that it has is new.
    private async ValueTask LocateAsync(HybridTimestamp goal, CancellationToken cancellationToken)
    {
        if (source.Agents.IsEmpty)
        {
            await source.LocateAsync(goal, cancellationToken).ConfigureAwait(false);
        }

        while (parts.Count < source.Agents.Length)
        {
            parts.Add(new Part());
        }
    }

    // False when what has changed is not to be known, or is so much that making everything anew costs less.
    private async ValueTask<bool> ReadAsync(Part part, IChronicleAgent agent, HybridTimestamp goal, CancellationToken cancellationToken)
    {
        var page = await agent.ReadChangesAsync(new SeriesChangesQuery { AfterSequence = part.Sequence, Through = goal }, cancellationToken).ConfigureAwait(false);
        if (page.HasGaps)
        {
            return false;
        }

        for (var i = 0; i < page.Rows.Length; i++)
        {
            var series = page.Series[page.Rows[i]];
            var (key, document) = source.DocumentOf(series, page.Times[i], page.Values[i]);
            part.Waiting.Enqueue(new ViewChange(key, page.SystemTimes[i], document, ulong.MaxValue, IsErased: false));
        }

        if (page is { Deletion: { } deletion, Sequence: > 1 } && !await ReadDeletedAsync(part, agent, page, deletion, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        (part.Sequence, part.Through) = (page.Sequence, page.Through);
        return true;
    }

    private static async ValueTask<bool> ReadDeletedAsync(Part part, IChronicleAgent agent, SeriesChangesPage page, SeriesSelector deletion, CancellationToken cancellationToken)
    {
        var time = page.DeletedAt.Value;
        var count = 0;
        try
        {
            await foreach (var points in ViewPoints.ReadAsync(agent, deletion, AsOf.After(page.Sequence - 1), cancellationToken).ConfigureAwait(false))
            {
                if ((count += points.Rows.Length) > Limits.ViewDeletedPointsMax)
                {
                    return false;
                }

                for (var i = 0; i < points.Rows.Length; i++)
                {
                    part.Waiting.Enqueue(new ViewChange(ViewPointDocument.KeyOf(points.Times[i], points.Series[points.Rows[i]]), time, null, ulong.MaxValue, IsErased: false));
                }
            }

            return true;
        }
        catch (TemporalException expired) when (expired.Code == ErrorCodes.HistoryExpired)
        {
            // What was there before the deletion is kept no more as it was.
            return false;
        }
    }

    private sealed class Part
    {
        public long Sequence { get; set; }

        /// <summary>Every change up to here was read.</summary>
        public HybridTimestamp Through { get; set; }

        public Queue<ViewChange> Waiting { get; } = [];
    }
}
