using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Targets;

/// <summary>The timelines of a workspace.</summary>
internal interface ITimelineTarget
{
    Task<Receipt> DefineAsync(string name, TimelineDefinition definition, CancellationToken cancellationToken);

    IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken);

    /// <summary>What a timeline is; not found is an exception.</summary>
    Task<TimelineInfo> GetInfoAsync(string name, CancellationToken cancellationToken);

    /// <summary>Records a whole state; null when it was no step.</summary>
    Task<TimelineDelta?> CaptureAsync(string name, string branch, ReadOnlyMemory<float> state, ImmutableArray<KeyValuePair<string, string>> metadata, CancellationToken cancellationToken);

    Task<ReadOnlyMemory<float>> GetStateAsync(string name, TimelineMoment moment, CancellationToken cancellationToken);

    Task<CoOccurrence> FindTogetherAsync(string name, CoOccurrenceQuery query, CancellationToken cancellationToken);

    Task<TimelineDiff> DiffAsync(string name, TimelineSpan span, CancellationToken cancellationToken);

    IAsyncEnumerable<TimelinePoint> EvolveAsync(string name, TimelineSpan span, int index, CancellationToken cancellationToken);

    /// <summary>Steps, oldest first; of all branches when <paramref name="branch"/> is null.</summary>
    IAsyncEnumerable<TimelineDelta> StepsAsync(string name, string? branch, CancellationToken cancellationToken);

    Task<Receipt> BranchAsync(string name, TimelineBranchOrder order, CancellationToken cancellationToken);

    Task<TimelineMergeResult> MergeAsync(string name, TimelineMergeOrder order, CancellationToken cancellationToken);

    Task<TimelineWriteResult> RollBackAsync(string name, TimelineRollbackOrder order, CancellationToken cancellationToken);

    Task<Receipt> MarkAsync(string name, TimelineMark mark, CancellationToken cancellationToken);
}
