using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

internal sealed partial class ViewCore
{
    /// <summary>A page of rows.</summary>
    public async ValueTask<ViewPage> ReadAsync(ViewQuery query, CancellationToken cancellationToken)
    {
        var plan = await RequirePlanAsync(cancellationToken).ConfigureAwait(false);
        var asked = query.AsOf.SystemTime ?? Services.Clock.Next();
        ViewContent from;
        ViewCut cut;
        long changes, scanned;
        await turns.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            (from, var time, changes, scanned) = await ReachAsync(plan, query, asked, cancellationToken).ConfigureAwait(false);
            cut = Cut(from.States[0], query, time);
        }
        finally
        {
            turns.Exit();
        }

        var page = new ViewPage
        {
            Groups = cut.Groups,
            IsGrouped = from.States[0].Rows is null,
            Total = cut.Total,
            HasMore = cut.HasMore,
            SystemTime = cut.Time,
            ChangeCount = changes,
            ScannedCount = scanned,
        };
        return cut.Keys.IsEmpty ? page : await FillAsync(page, plan, from, cut, cancellationToken).ConfigureAwait(false);
    }

    // In a turn. Where the answer is, and the moment that it holds for.
    private async ValueTask<(ViewContent Content, HybridTimestamp Time, long ChangeCount, long ScannedCount)> ReachAsync(
        ViewPlan plan, ViewQuery query, HybridTimestamp asked, CancellationToken cancellationToken)
    {
        if (plan.Refresh == ViewRefresh.Manual)
        {
            await LeaveOutErasedAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        var present = content?.Signature == plan.Signature ? content : null;
        if (query.IsLatest)
        {
            var goal = plan.Refresh == ViewRefresh.Manual && present is not null ? present.Moment : asked;
            var (now, changes, scanned) = await BringOnAsync(plan, goal, cancellationToken).ConfigureAwait(false);
            return (now, now.Moment, changes, scanned);
        }

        RequireSmall(plan);
        var taken = 0L;
        if (present is not null && plan.Refresh == ViewRefresh.Incremental)
        {
            if (asked > present.Moment)
            {
                // Groups are known for the moment that they are brought to, and then remembered for a while.
                taken = (await BringOnAsync(plan, asked, cancellationToken).ConfigureAwait(false)).ChangeCount;
                Knows(present.States[0], asked);
            }

            // What was erased since then is not answered as of then either.
            taken += (await BringOnAsync(plan, HybridTimestamp.Max(asked, Services.Clock.Next()), cancellationToken).ConfigureAwait(false)).ChangeCount;
        }

        if (present is not null && Knows(present.States[0], asked))
        {
            return (present, asked, taken, 0);
        }

        if (past is null || present is null || past.Signature != plan.Signature || past.Moment != asked || pastErasures != present.ErasureCount)
        {
            past = null;
            pastErasures = present?.ErasureCount;
            past = await ViewContent.BuildAsync(
                plan.Signature, plan.OpenSource(Agents, Id.Workspace), plan.Compile(), Services.Options.ViewBytesMax, asked, mayGoOn: false, cancellationToken)
                .ConfigureAwait(false);
            return (past, asked, 0, past.ScannedCount);
        }

        return (past, asked, 0, 0);
    }

    // In a turn. A view that stays at a moment is made for that moment again when something was erased since.
    private async ValueTask LeaveOutErasedAsync(ViewPlan plan, CancellationToken cancellationToken)
    {
        if (content is not { } present || present.Signature != plan.Signature
            || !await present.HasErasedAsync(Services.Clock.Next(), cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        (content, past) = (null, null);
        try
        {
            await BringOnAsync(plan, present.Moment, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException expired) when (expired.Code == ErrorCodes.HistoryExpired)
        {
            // Policy no longer keeps what was there then.
            await BringOnAsync(plan, Services.Clock.Next(), cancellationToken).ConfigureAwait(false);
        }

        content!.GoOnSearching(present);
    }

    private static bool Knows(ViewState state, HybridTimestamp time) => state.Rows is { } rows
        ? time.Value >= rows.Floor && time.Value <= rows.Moment
        : state.GroupsAt(time.Value) is not null;

    private static ViewCut Cut(ViewState state, ViewQuery query, HybridTimestamp time)
    {
        if (state.Rows is not { } rows)
        {
            return CutGroups(state.GroupsAt(time.Value)!, query, time);
        }

        var order = Array.Empty<byte>();
        if (query.After is { } after)
        {
            order = rows.Find(after, time.Value)?.Order
                ?? throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "The row that this page follows is not there any more; begin again without the cursor.") { Field = "cursor" };
        }

        ImmutableArray<string> keys = [.. rows.At(time.Value, order, query.After).Take(query.Limit + 1).Select(static row => row.Key)];
        return new ViewCut(time, query.Total ?? rows.CountAt(time.Value), keys.Length > query.Limit)
        {
            Keys = keys.Length > query.Limit ? keys[..query.Limit] : keys,
        };
    }

    private static ViewCut CutGroups(List<byte[]> groups, ViewQuery query, HybridTimestamp time)
    {
        var shown = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        for (var i = (int)Math.Min(query.Seen, groups.Count); i < groups.Count && shown.Count < query.Limit && bytes < Limits.QueryAnswerBytesMax; i++)
        {
            shown.Add(groups[i]);
            bytes += groups[i].Length;
        }

        return new ViewCut(time, groups.Count, query.Seen + shown.Count < groups.Count) { Groups = shown.DrainToImmutable() };
    }

    // The documents are the namespace's to read: as of the moment, decrypted, and without what was erased since.
    private static async ValueTask<ViewPage> FillAsync(ViewPage page, ViewPlan plan, ViewContent from, ViewCut cut, CancellationToken cancellationToken)
    {
        var pipeline = plan.Compile()[0];
        var rows = ImmutableArray.CreateBuilder<KvQueryRow>(cut.Keys.Length);
        var (bytes, source) = (0L, from.Source.Copy());
        foreach (var keys in cut.Keys.Chunk(KeysPerReadMax))
        {
            var found = await source.ReadAsync(keys, cut.Time, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < keys.Length; i++)
            {
                if (found[i] is { } document && pipeline.Pass(document.Value) is { } passed)
                {
                    var row = document with { Value = pipeline.Select(passed) };
                    rows.Add(row);
                    bytes += row.Value.Length;
                }

                if (bytes >= Limits.QueryAnswerBytesMax && !ReferenceEquals(keys[i], cut.Keys[^1]))
                {
                    return page with { Rows = rows.DrainToImmutable(), After = keys[i], HasMore = true };
                }
            }
        }

        return page with { Rows = rows.DrainToImmutable(), After = page.HasMore ? cut.Keys[^1] : null };
    }

    private const int KeysPerReadMax = 100;

    private sealed record ViewCut(HybridTimestamp Time, long Total, bool HasMore)
    {
        public ImmutableArray<string> Keys { get; init; } = [];

        public ImmutableArray<ReadOnlyMemory<byte>> Groups { get; init; } = [];
    }
}
