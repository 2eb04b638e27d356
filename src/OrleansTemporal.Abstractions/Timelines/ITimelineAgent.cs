using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>The timeline agent: a dense state of float32 that changes in few components at a time, every step kept.</summary>
public interface ITimelineAgent : IAgent
{
    /// <summary>Makes the timeline, or changes its policy.</summary>
    /// <exception cref="Errors.TemporalException">Conflict, <c>dimensions_fixed</c>; Invalid, <c>invalid_field</c>.</exception>
    ValueTask<Receipt> DefineAsync(TimelineDefine define, CancellationToken cancellationToken);

    /// <summary>What there is.</summary>
    ValueTask<TimelineInfo> GetInfoAsync(CancellationToken cancellationToken);

    /// <summary>Records an observed state or a delta. O(dimensions) for a state, O(components) for a delta.</summary>
    /// <exception cref="Errors.TemporalException">
    /// NotFound, <c>branch_not_found</c>; Invalid, <c>dimension_mismatch</c>, <c>invalid_field</c>, <c>component_locked</c>,
    /// <c>magnitude_exceeded</c>; Conflict, <c>parent_unknown</c>, <c>merge_conflict</c>.
    /// </exception>
    ValueTask<TimelineWriteResult> WriteAsync(TimelineWrite write, CancellationToken cancellationToken);

    /// <summary>The state at a place. O(dimensions).</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>branch_not_found</c>, <c>mark_not_found</c>.</exception>
    ValueTask<TimelineState> GetStateAsync(TimelineMoment moment, CancellationToken cancellationToken);

    /// <summary>What differs between two places of a line, in either order. O(changes between).</summary>
    ValueTask<TimelineDiff> DiffAsync(TimelineSpan span, CancellationToken cancellationToken);

    /// <summary>The values of one component. O(steps · log components of each).</summary>
    ValueTask<TimelineEvolution> EvolveAsync(TimelineEvolutionQuery query, CancellationToken cancellationToken);

    /// <summary>Steps with what they follow from.</summary>
    ValueTask<TimelineDeltaPage> ListAsync(TimelineDeltaQuery query, CancellationToken cancellationToken);

    /// <summary>Makes or removes a branch. O(1).</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>branch_not_found</c>; Conflict, <c>branch_exists</c>, <c>branch_protected</c>.</exception>
    ValueTask<Receipt> BranchAsync(TimelineBranchOrder order, CancellationToken cancellationToken);

    /// <summary>Merges a branch into another from their nearest common ancestor. O(dimensions).</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>branch_not_found</c>; Conflict, <c>merge_conflict</c>, <c>precondition_failed</c>.</exception>
    ValueTask<TimelineMergeResult> MergeAsync(TimelineMergeOrder order, CancellationToken cancellationToken);

    /// <summary>Restores an earlier state, bit by bit, by a new step; nothing is written when it is there already.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>branch_not_found</c>, <c>step_not_found</c>; Conflict, <c>nothing_to_roll_back</c>.</exception>
    ValueTask<TimelineWriteResult> RollBackAsync(TimelineRollbackOrder order, CancellationToken cancellationToken);

    /// <summary>Labels a step.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>step_not_found</c>.</exception>
    ValueTask<Receipt> MarkAsync(TimelineMarkOrder order, CancellationToken cancellationToken);

    /// <summary>All labels, oldest first.</summary>
    ValueTask<ImmutableArray<TimelineMark>> ListMarksAsync(CancellationToken cancellationToken);

    /// <summary>Reads deltas back from storage: commitments, the chain of roots between, and hashes of whole states.</summary>
    /// <param name="fromSequence">The first delta, from 1.</param>
    /// <param name="toSequence">The last; 0 for the newest.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    ValueTask<TimelineVerifyReport> VerifySpanAsync(long fromSequence, long toSequence, CancellationToken cancellationToken);

    /// <summary>Makes an observer, or gives it another policy; one that was removed is there again.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>branch_not_found</c>; Invalid, <c>invalid_field</c>.</exception>
    ValueTask<Receipt> DefineObserverAsync(ObserverDefine define, CancellationToken cancellationToken);

    /// <summary>Shows a state to an observer, which records what differs, or keeps the state in memory until that is due. O(dimensions).</summary>
    /// <exception cref="Errors.TemporalException">
    /// NotFound, <c>observer_not_found</c>; Conflict, <c>observer_not_active</c>; Invalid, <c>dimension_mismatch</c>,
    /// <c>invalid_field</c>, <c>component_locked</c>, <c>magnitude_exceeded</c>.
    /// </exception>
    ValueTask<ObserverResult> ObserveAsync(ObserverCapture capture, CancellationToken cancellationToken);

    /// <summary>Has an observer record what waits, and then pause, go on or end.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>observer_not_found</c>, and what <see cref="ObserveAsync"/> refuses.</exception>
    ValueTask<ObserverResult> ControlObserverAsync(ObserverOrder order, CancellationToken cancellationToken);

    /// <summary>The observers in name order, those that were removed as well.</summary>
    ValueTask<ImmutableArray<ObserverInfo>> ListObserversAsync(CancellationToken cancellationToken);

    /// <summary>Records deltas that follow each other, each as a step of its own. O(components).</summary>
    /// <exception cref="Errors.TemporalException">As <see cref="WriteAsync"/>, with the delta's place in the field; nothing is written then.</exception>
    ValueTask<TimelineBatchResult> WriteBatchAsync(TimelineBatch batch, CancellationToken cancellationToken);

    /// <summary>Deltas of a line by windows, those of each window as one. O(components).</summary>
    ValueTask<TimelineWindowPage> AggregateAsync(TimelineWindowQuery query, CancellationToken cancellationToken);

    /// <summary>Lets go of steps that policy keeps at a coarser resolution, one bounded piece of work; the states behind those that are kept stay as they are.</summary>
    ValueTask<Lifecycle.DistillReport> ThinAsync(TimelineThinOrder order, CancellationToken cancellationToken);

    /// <summary>Which components change together over the steps of a line. O(steps · components looked at / 64) and their pairs.</summary>
    ValueTask<CoOccurrence> FindTogetherAsync(CoOccurrenceQuery query, CancellationToken cancellationToken);
}
