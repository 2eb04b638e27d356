using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>
/// What changes in a namespace, from one moment to the next, however its keys are spread: a mark in the log of each of its
/// agents, and what was read behind the moment already. Not thread-safe.
/// </summary>
internal sealed class ViewFeed(ViewSource source) : IViewFeed
{
    private readonly List<Part> parts = [];
    private readonly Dictionary<int, long> searched = [];

    /// <summary>The moment up to which changes have been given out.</summary>
    public HybridTimestamp Moment { get; private set; }

    /// <inheritdoc/>
    public HybridTimestamp KeptFrom { get; private set; }

    /// <inheritdoc/>
    public async ValueTask BeginAsync(HybridTimestamp moment, CancellationToken cancellationToken)
    {
        parts.Clear();
        await source.LocateAsync(moment, cancellationToken).ConfigureAwait(false);
        foreach (var agent in source.Agents)
        {
            var page = await agent.ReadChangesAsync(new KvChangesQuery { Through = moment }, cancellationToken).ConfigureAwait(false);
            parts.Add(new Part { Sequence = page.Sequence, Through = moment });
            KeptFrom = HybridTimestamp.Max(KeptFrom, page.KeptFrom);
        }

        Moment = moment;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsBehindAsync(CancellationToken cancellationToken)
    {
        if (source.Agents.IsEmpty)
        {
            await source.LocateAsync(Moment, cancellationToken).ConfigureAwait(false);
        }

        if (source.Agents.Length != parts.Count || parts.Exists(static part => part.Waiting.Count > 0))
        {
            return true;
        }

        for (var i = 0; i < parts.Count; i++)
        {
            if ((await source.Agents[i].GetStatusAsync(cancellationToken).ConfigureAwait(false)).Sequence > parts[i].Sequence)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HasErasedAsync(HybridTimestamp goal, CancellationToken cancellationToken)
    {
        if (source.Agents.IsEmpty)
        {
            await source.LocateAsync(goal, cancellationToken).ConfigureAwait(false);
        }

        var found = false;
        for (var i = 0; i < source.Agents.Length; i++)
        {
            KvChangesPage page;
            do
            {
                var from = searched.TryGetValue(i, out var before) ? before : i < parts.Count ? parts[i].Sequence : 0;
                page = await source.Agents[i].ReadChangesAsync(new KvChangesQuery { AfterSequence = from, Through = goal }, cancellationToken).ConfigureAwait(false);
                searched[i] = page.Sequence;
                found |= page.HasGaps || page.Changes.Any(static change => change.IsErased);
                if (page.HasMoved)
                {
                    await source.LocateAsync(goal, cancellationToken).ConfigureAwait(false);
                }
            }
            while (page.Through < goal);
        }

        return found;
    }

    /// <inheritdoc/>
    public void GoOnSearching(IViewFeed before)
    {
        foreach (var (part, sequence) in ((ViewFeed)before).searched)
        {
            searched[part] = sequence;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ViewFeedPage> ReadAsync(HybridTimestamp goal, bool keepsPast, CancellationToken cancellationToken)
    {
        // A namespace that was not there when it was begun with, or that has moved since, is looked for again.
        if (source.Agents.IsEmpty || parts.Count == 0)
        {
            await source.LocateAsync(goal, cancellationToken).ConfigureAwait(false);
        }

        var (through, hasGaps) = (goal, false);
        for (var i = 0; i < source.Agents.Length; i++)
        {
            if (i == parts.Count)
            {
                // An agent that got its slots since: all that it has is new.
                parts.Add(new Part());
            }

            var part = parts[i];
            if (part.Through < goal)
            {
                var page = await source.Agents[i].ReadChangesAsync(new KvChangesQuery { AfterSequence = part.Sequence, Through = goal }, cancellationToken).ConfigureAwait(false);
                (part.Sequence, part.Through) = (page.Sequence, page.Through);
                part.HasGaps |= page.HasGaps;
                foreach (var change in page.Changes)
                {
                    part.Waiting.Enqueue(change);
                }

                KeptFrom = HybridTimestamp.Max(KeptFrom, page.KeptFrom);
                if (page.HasMoved)
                {
                    await source.LocateAsync(goal, cancellationToken).ConfigureAwait(false);
                }
            }

            through = part.Through < through ? part.Through : through;
            hasGaps |= part.HasGaps;
        }

        var changes = await ResolveAsync(through, keepsPast, cancellationToken).ConfigureAwait(false);
        return new ViewFeedPage(through, changes, hasGaps, IsLost: false);
    }

    /// <inheritdoc/>
    public void Accept(HybridTimestamp through)
    {
        foreach (var part in parts)
        {
            while (part.Waiting.TryPeek(out var change) && change.SystemTime <= through)
            {
                part.Waiting.Dequeue();
            }

            part.HasGaps = false;
        }

        Moment = HybridTimestamp.Max(Moment, through);
    }

    private async ValueTask<List<ViewChange>> ResolveAsync(HybridTimestamp through, bool keepsPast, CancellationToken cancellationToken)
    {
        var byKey = new Dictionary<string, List<(HybridTimestamp Time, bool IsErased)>>(StringComparer.Ordinal);
        foreach (var change in parts.SelectMany(static part => part.Waiting).Where(change => change.SystemTime <= through && change.SystemTime > Moment))
        {
            if (!byKey.TryGetValue(change.Key, out var times))
            {
                byKey.Add(change.Key, times = new(1));
            }

            times.Add((change.SystemTime, change.IsErased));
        }

        string[] keys = [.. byKey.Keys];
        var newest = await source.GetAsync(keys, through, cancellationToken).ConfigureAwait(false);
        var resolved = new List<ViewChange>(keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            var times = byKey[keys[i]];
            times.Sort(static (left, right) => left.Time.CompareTo(right.Time));
            var erasedAt = times.FindLastIndex(static change => change.IsErased);
            for (var at = Math.Max(0, erasedAt); at < times.Count; at++)
            {
                var isLast = at == times.Count - 1;
                if (!isLast && (!keepsPast || times[at].Time == times[at + 1].Time) && at != erasedAt)
                {
                    continue;
                }

                var version = isLast ? newest[i].Version : null;
                if (version is null && keepsPast)
                {
                    // It may have had a value in between that is over, or has been replaced.
                    version = await FindAsync(keys[i], times[at].Time, cancellationToken).ConfigureAwait(false);
                }

                var document = version is { IsErased: false } ? version : null;
                resolved.Add(new ViewChange(keys[i], times[at].Time.Value, document?.Value, EndOf(document), at == erasedAt));
            }
        }

        return resolved;
    }

    private static ulong EndOf(KvVersion? version) => version?.ExpiresAt is { Value: > 0 } end ? end.Value : ulong.MaxValue;

    private async ValueTask<KvVersion?> FindAsync(string key, HybridTimestamp moment, CancellationToken cancellationToken)
    {
        try
        {
            return (await source.GetAsync([key], moment, cancellationToken).ConfigureAwait(false))[0].Version;
        }
        catch (TemporalException expired) when (expired.Code == ErrorCodes.HistoryExpired)
        {
            // Policy has let it go, and nothing is answered about that time any more.
            return null;
        }
    }

    private sealed class Part
    {
        public long Sequence { get; set; }

        /// <summary>Every change up to here was read.</summary>
        public HybridTimestamp Through { get; set; }

        public bool HasGaps { get; set; }

        public Queue<KvKeyChange> Waiting { get; } = [];
    }
}
