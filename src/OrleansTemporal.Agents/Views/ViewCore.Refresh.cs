using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Views;

internal sealed partial class ViewCore
{
    /// <summary>Takes in what is new, or builds what is not there yet.</summary>
    public async ValueTask<ViewStats> RefreshAsync(CancellationToken cancellationToken)
    {
        var plan = await RequirePlanAsync(cancellationToken).ConfigureAwait(false);
        await turns.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Who asks for it wants to know whether it is small enough by now.
            tooLarge = null;
            await BringOnAsync(plan, Services.Clock.Next(), cancellationToken).ConfigureAwait(false);
            return stats;
        }
        finally
        {
            turns.Exit();
        }
    }

    /// <summary>
    /// Takes in what is new, unless a request with this stamp has had it done already. That it did is written behind it: rows are
    /// in memory alone, so a crash between both takes the rows with it, and the request that comes again makes them.
    /// </summary>
    public async ValueTask<ViewStats> RefreshOnceAsync(OperationStamp operation, string actor, CancellationToken cancellationToken)
    {
        var plan = await RequirePlanAsync(cancellationToken).ConfigureAwait(false);
        await turns.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            long mark;
            lock (Gate)
            {
                RequireAlive();
                mark = FindOperation(operation) is not null && content?.Signature == plan.Signature ? Sequence : 0;
            }

            if (mark > 0)
            {
                await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
                return stats;
            }

            tooLarge = null;
            await BringOnAsync(plan, Services.Clock.Next(), cancellationToken).ConfigureAwait(false);
            await WriteAsync(PrepareRefresh(operation, actor), () => FindOperation(operation) is null, cancellationToken).ConfigureAwait(false);
            return stats;
        }
        finally
        {
            turns.Exit();
        }
    }

    /// <summary>Brings on what keeps itself up to date, if there is anything new.</summary>
    public async ValueTask BringOnAsync(CancellationToken cancellationToken)
    {
        if (await FindPlanAsync(cancellationToken).ConfigureAwait(false) is not { Refresh: ViewRefresh.Incremental } plan || plan.Signature == tooLarge)
        {
            return;
        }

        if (plan.Chain is { } chain && definedBy < chain.Entry.Sequence)
        {
            // Whoever defined it died between the catalog and the log.
            await FormAsync("", cancellationToken).ConfigureAwait(false);
        }

        await turns.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (content is not { } present || present.Signature != plan.Signature || await present.IsBehindAsync(cancellationToken).ConfigureAwait(false))
            {
                await BringOnAsync(plan, Services.Clock.Next(), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            turns.Exit();
        }
    }

    // In a turn. What is there by then stands at the moment or later.
    private async ValueTask<(ViewContent Content, long ChangeCount, long ScannedCount)> BringOnAsync(ViewPlan plan, HybridTimestamp moment, CancellationToken cancellationToken)
    {
        RequireSmall(plan);
        var present = content;
        var (changes, scanned) = (0L, 0L);
        try
        {
            if (present?.Signature == plan.Signature && present.Moment < moment)
            {
                var taken = await present.CatchUpAsync(moment, Services.Clock.Next, cancellationToken).ConfigureAwait(false);
                present = taken is null ? null : present;
                changes = taken ?? 0;
            }

            if (present?.Signature != plan.Signature)
            {
                present = await BuildAsync(plan, moment, cancellationToken).ConfigureAwait(false);
                scanned = present.ScannedCount;
            }
        }
        catch (TemporalException refusal) when (refusal.Code == ErrorCodes.ViewTooLarge)
        {
            (content, past, tooLarge) = (null, null, plan.Signature);
            throw;
        }

        Note(present);
        return (present, changes, scanned);
    }

    private async ValueTask<ViewContent> BuildAsync(ViewPlan plan, HybridTimestamp moment, CancellationToken cancellationToken)
    {
        (content, past) = (null, null);
        var made = await ViewContent.BuildAsync(
            plan.Signature, plan.OpenSource(Agents, Id.Workspace), plan.Compile(), Services.Options.ViewBytesMax, moment, mayGoOn: true, cancellationToken).ConfigureAwait(false);
        content = made;
        buildCount++;
        LogBuilt(Id.ToString(), made.ScannedCount);
        return made;
    }

    private void RequireSmall(ViewPlan plan)
    {
        if (plan.Signature == tooLarge)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.ViewTooLarge, $"{Id} holds more than {Services.Options.ViewBytesMax} bytes; narrow its filter, or group.")
            {
                Limit = Services.Options.ViewBytesMax,
            };
        }
    }

    private void Note(ViewContent present) => stats = new ViewStats
    {
        RowCount = present.States[0].Count,
        Bytes = present.Bytes,
        SystemTime = present.Moment,
        KnownFrom = new HybridTimestamp(present.States[0].Floor),
        ChangeCount = present.ChangeCount,
        BuildCount = buildCount,
    };
}
