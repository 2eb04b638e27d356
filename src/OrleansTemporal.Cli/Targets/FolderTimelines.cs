using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Targets;

/// <summary>The timelines of a workspace in a data folder.</summary>
internal sealed class FolderTimelines(TimelineService timelines, string workspace) : ITimelineTarget
{
    private const int PageCount = 1_000;
    private static readonly CallContext Call = CallContext.Local;

    public async Task<Receipt> DefineAsync(string name, TimelineDefinition definition, CancellationToken cancellationToken) =>
        await timelines.DefineAsync(Call, workspace, name, definition, cancellationToken);

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var names = await timelines.ListNamesAsync(Call, workspace, after, PageCount, cancellationToken);
            foreach (var name in names)
                yield return name;
            if (names.Length < PageCount)
                yield break;
            after = names[^1];
        }
    }

    public async Task<TimelineInfo> GetInfoAsync(string name, CancellationToken cancellationToken) => await timelines.GetInfoAsync(Call, workspace, name, cancellationToken);

    public async Task<TimelineDelta?> CaptureAsync(
        string name, string branch, ReadOnlyMemory<float> state, ImmutableArray<KeyValuePair<string, string>> metadata, CancellationToken cancellationToken)
    {
        var result = await timelines.WriteAsync(Call, workspace, name, new TimelineWrite { Branch = branch, State = state, Metadata = metadata }, cancellationToken);
        return result.Outcome == TimelineOutcome.Recorded ? result.Delta : null;
    }

    public async Task<ReadOnlyMemory<float>> GetStateAsync(string name, TimelineMoment moment, CancellationToken cancellationToken) =>
        (await timelines.GetStateAsync(Call, workspace, name, moment, cancellationToken)).Values;

    public async Task<CoOccurrence> FindTogetherAsync(string name, CoOccurrenceQuery query, CancellationToken cancellationToken) =>
        await timelines.FindTogetherAsync(Call, workspace, name, query, cancellationToken);

    public async Task<TimelineDiff> DiffAsync(string name, TimelineSpan span, CancellationToken cancellationToken) =>
        await timelines.DiffAsync(Call, workspace, name, span, cancellationToken);

    public async IAsyncEnumerable<TimelinePoint> EvolveAsync(string name, TimelineSpan span, int index, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new TimelineEvolutionQuery { Span = span, Index = index };
        while (true)
        {
            var page = await timelines.EvolveAsync(Call, workspace, name, query, cancellationToken);
            foreach (var point in page.Points)
                yield return point;
            if (!page.HasMore)
                yield break;
            query = query with { AfterSequence = page.Points[^1].Sequence };
        }
    }

    public async IAsyncEnumerable<TimelineDelta> StepsAsync(string name, string? branch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new TimelineDeltaQuery { Span = new TimelineSpan { Branch = branch ?? "main" }, AllBranches = branch is null, Limit = PageCount };
        while (true)
        {
            var page = await timelines.ListAsync(Call, workspace, name, query, cancellationToken);
            foreach (var delta in page.Deltas)
                yield return delta;
            if (!page.HasMore)
                yield break;
            query = query with { AfterSequence = page.Deltas[^1].Sequence };
        }
    }

    public async Task<Receipt> BranchAsync(string name, TimelineBranchOrder order, CancellationToken cancellationToken) =>
        await timelines.BranchAsync(Call, workspace, name, order, cancellationToken);

    public async Task<TimelineMergeResult> MergeAsync(string name, TimelineMergeOrder order, CancellationToken cancellationToken) =>
        await timelines.MergeAsync(Call, workspace, name, order, cancellationToken);

    public async Task<TimelineWriteResult> RollBackAsync(string name, TimelineRollbackOrder order, CancellationToken cancellationToken) =>
        await timelines.RollBackAsync(Call, workspace, name, order, cancellationToken);

    public async Task<Receipt> MarkAsync(string name, TimelineMark mark, CancellationToken cancellationToken) =>
        await timelines.MarkAsync(Call, workspace, name, mark, cancellationToken);
}
