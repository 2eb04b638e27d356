using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Views;

/// <summary>What one agent keeps of one namespace: a view, or an index for each of some fields, all brought on by the same changes. Not thread-safe.</summary>
internal sealed class ViewContent
{
    private const int GapsMax = 16;

    private readonly ViewPipeline[] pipelines;
    private readonly IViewFeed feed;
    private readonly long bytesMax;

    private ViewContent(string signature, IViewSource source, ViewPipeline[] pipelines, long bytesMax)
    {
        Signature = signature;
        Source = source;
        this.pipelines = pipelines;
        this.bytesMax = bytesMax;
        feed = source.NewFeed();
        States = [];
    }

    /// <summary>Differs whenever what is to be kept does.</summary>
    public string Signature { get; }

    public IViewSource Source { get; }

    /// <summary>One for each pipeline.</summary>
    public ViewState[] States { get; private set; }

    /// <summary>The moment up to which everything is in.</summary>
    public HybridTimestamp Moment => new(States[0].Moment);

    /// <summary>Changes that were taken in since it was built.</summary>
    public long ChangeCount { get; private set; }

    /// <summary>Erasures that were taken in since it was built.</summary>
    public long ErasureCount { get; private set; }

    /// <summary>Documents that it was built from.</summary>
    public long ScannedCount { get; private set; }

    public long Bytes => States.Sum(static state => state.Bytes);

    /// <summary>Makes what there is of a moment. O(documents).</summary>
    /// <param name="mayGoOn">False when it is for this moment alone.</param>
    /// <exception cref="TemporalException">TooLarge, <c>view_too_large</c>; Invalid, <c>as_of_in_future</c>; Gone, <c>history_expired</c>.</exception>
    public static async ValueTask<ViewContent> BuildAsync(
        string signature, IViewSource source, ViewPipeline[] pipelines, long bytesMax, HybridTimestamp moment, bool mayGoOn, CancellationToken cancellationToken)
    {
        var content = new ViewContent(signature, source, pipelines, bytesMax);
        if (mayGoOn)
        {
            await content.feed.BeginAsync(moment, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await source.LocateAsync(moment, cancellationToken).ConfigureAwait(false);
        }

        content.Begin(moment);
        await source.ScanAsync(
            moment,
            pipelines.Length == 1 ? pipelines[0].FirstFilter : default,
            rows =>
            {
                foreach (var row in rows)
                {
                    content.ScannedCount++;
                    content.Set(row.Key, row.SystemTime.Value, row.Value, row.ExpiresAt.Value == 0 ? ulong.MaxValue : row.ExpiresAt.Value);
                }

                content.RequireRoom();
            },
            () => content.Begin(moment),
            cancellationToken).ConfigureAwait(false);
        content.Advance(moment);
        return content;
    }

    /// <summary>Whether there may be changes that are not in.</summary>
    public ValueTask<bool> IsBehindAsync(CancellationToken cancellationToken) => feed.IsBehindAsync(cancellationToken);

    /// <summary>Whether a document was erased that may still be in, because it stays at its moment. O(changes since the question before).</summary>
    public ValueTask<bool> HasErasedAsync(HybridTimestamp now, CancellationToken cancellationToken) => feed.HasErasedAsync(now, cancellationToken);

    /// <summary>Goes on with the search for erasures of the content whose place it takes.</summary>
    public void GoOnSearching(ViewContent before) => feed.GoOnSearching(before.feed);

    /// <summary>Takes in every change up to a moment; beyond it, when an erasure is under way. O(changes).</summary>
    /// <param name="goal">The moment.</param>
    /// <param name="next">A moment of now.</param>
    /// <returns>Changes that were taken in; null when it can not be brought on and has to be made anew.</returns>
    /// <exception cref="TemporalException">TooLarge, <c>view_too_large</c>; Invalid, <c>as_of_in_future</c>.</exception>
    public async ValueTask<long?> CatchUpAsync(HybridTimestamp goal, Func<HybridTimestamp> next, CancellationToken cancellationToken)
    {
        var before = ChangeCount;
        for (var gaps = 0; Moment < goal;)
        {
            var (through, changes, hasGaps, isLost) = await feed.ReadAsync(goal, States[0].KeepsPast, cancellationToken).ConfigureAwait(false);
            if (isLost)
            {
                return null;
            }

            foreach (var change in changes)
            {
                Apply(change);
            }

            ChangeCount += changes.Count;
            Advance(through);
            feed.Accept(through);
            foreach (var state in States)
            {
                state.Forget(feed.KeptFrom.Value);
            }

            RequireRoom();
            if (hasGaps && through >= goal && gaps++ < GapsMax)
            {
                goal = next();
            }
        }

        return ChangeCount - before;
    }

    private void Begin(HybridTimestamp moment)
    {
        States = [.. pipelines.Select(pipeline => new ViewState(pipeline, moment.Value))];
        ScannedCount = 0;
    }

    private void Apply(in ViewChange change)
    {
        if (change.IsErased)
        {
            ErasureCount++;
            foreach (var state in States)
            {
                state.Erase(change.Key);
            }
        }

        Set(change.Key, change.Time, change.Document, change.To);
    }

    private void Set(string key, ulong from, ReadOnlyMemory<byte>? document, ulong to)
    {
        foreach (var state in States)
        {
            state.Set(key, from, document, to);
        }
    }

    private void Advance(HybridTimestamp moment)
    {
        foreach (var state in States)
        {
            state.Advance(moment.Value);
        }
    }

    private void RequireRoom()
    {
        if (Bytes > bytesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.ViewTooLarge, $"A view holds at most {bytesMax} bytes in memory; narrow its filter, or group.") { Limit = bytesMax };
        }
    }
}
