using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>The timeline agent. Thread-safe; the same class is the grain under Orleans.</summary>
public class TimelineAgent : CausalAgent<AgentCore>, ITimelineAgent
{
    /// <summary>Makes a closed agent.</summary>
    public TimelineAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask<Receipt> DefineAsync(TimelineDefine define, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(define);
        TimelineJson.Validate(define.Definition);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).DefineAsync(define, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineInfo> GetInfoAsync(CancellationToken cancellationToken) =>
        await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).GetInfoAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<TimelineWriteResult> WriteAsync(TimelineWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        RequireFinite(write.State.Span, "state");
        RequireText(write.Id, "id");
        RequireText(write.Parent, "parent");
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).WriteAsync(write, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineState> GetStateAsync(TimelineMoment moment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(moment);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).GetStateAsync(moment, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineDiff> DiffAsync(TimelineSpan span, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(span);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).DiffAsync(span, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Lifecycle.DistillReport> ThinAsync(TimelineThinOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).ThinAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<CoOccurrence> FindTogetherAsync(CoOccurrenceQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireLimit(query.Limit);
        RequireWithin(query.Components is >= 2 and <= Limits.CoOccurrenceComponentsMax, "components", $"is from 2 to {Limits.CoOccurrenceComponentsMax}", Limits.CoOccurrenceComponentsMax);
        RequireWithin(query.ChangesMin >= 1, "changesMin", "is at least 1", 1);
        RequireWithin(double.IsFinite(query.Threshold) && query.Threshold >= 0, "threshold", "is at least 0", 0);
        RequireWithin(Enum.IsDefined(query.By), "by", "is coOccurrence, lift or correlation", 0);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).FindTogetherAsync(query, cancellationToken).ConfigureAwait(false);
    }

    private static void RequireWithin(bool holds, string field, string problem, long limit)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' {problem}.") { Field = field, Limit = limit };
        }
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineEvolution> EvolveAsync(TimelineEvolutionQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireLimit(query.Limit);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).EvolveAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineDeltaPage> ListAsync(TimelineDeltaQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireLimit(query.Limit);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).ListAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Receipt> BranchAsync(TimelineBranchOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        Names.Validate(order.Name, "name");
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).BranchAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineMergeResult> MergeAsync(TimelineMergeOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).MergeAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineWriteResult> RollBackAsync(TimelineRollbackOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var places = (order.Count is null ? 0 : 1) + (order.ToSequence is null ? 0 : 1) + (order.To is null ? 0 : 1);
        if (places != 1 || order.Count is < 1 || order.ToSequence is < 0)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A rollback has a 'count' of at least 1, or 'toSequence' of at least 0, or 'to'.") { Field = "count" };
        }

        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).RollBackAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Receipt> MarkAsync(TimelineMarkOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        Names.Validate(order.Mark.Label, "label");
        if (Encoding.UTF8.GetByteCount(order.Mark.Note) > Limits.KeyBytesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.ValueTooLarge, $"A note has at most {Limits.KeyBytesMax} bytes.") { Field = "note", Limit = Limits.KeyBytesMax };
        }

        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).MarkAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<TimelineMark>> ListMarksAsync(CancellationToken cancellationToken) =>
        await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).ListMarksAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<TimelineVerifyReport> VerifySpanAsync(long fromSequence, long toSequence, CancellationToken cancellationToken) =>
        await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).VerifySpanAsync(fromSequence, toSequence, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<Receipt> DefineObserverAsync(ObserverDefine define, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(define);
        Names.Validate(define.Name, "observer");
        ObserverJson.Validate(define.Policy);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).DefineObserverAsync(define, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ObserverResult> ObserveAsync(ObserverCapture capture, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(capture);
        RequireFinite(capture.State.Span, "state");
        if (capture.Metadata.Any(static pair => pair.Key == "observer"))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "The pair 'observer' is the service's own.") { Field = "metadata" };
        }

        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).ObserveAsync(capture, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ObserverResult> ControlObserverAsync(ObserverOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (!Enum.IsDefined(order.Action) || Encoding.UTF8.GetByteCount(order.Reason) > Limits.KeyBytesMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A reason has at most {Limits.KeyBytesMax} bytes.") { Field = "reason", Limit = Limits.KeyBytesMax };
        }

        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).ControlObserverAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ObserverInfo>> ListObserversAsync(CancellationToken cancellationToken) =>
        await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).ListObserversAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<TimelineBatchResult> WriteBatchAsync(TimelineBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Deltas.IsDefaultOrEmpty)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A batch has at least one delta.") { Field = "deltas" };
        }

        if (batch.Deltas.Length > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A batch has at most {Limits.BatchCountMax} deltas.") { Field = "deltas", Limit = Limits.BatchCountMax };
        }

        for (var i = 0; i < batch.Deltas.Length; i++)
        {
            RequireText(batch.Deltas[i].Id, $"deltas[{i}].id");
            RequireText(batch.Deltas[i].Parent, $"deltas[{i}].parent");
        }

        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).WriteBatchAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimelineWindowPage> AggregateAsync(TimelineWindowQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireLimit(query.Limit);
        DeltaWindowRules.Validate(query.Policy);
        return await (await GetTimelineAsync(cancellationToken).ConfigureAwait(false)).AggregateAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new TimelineCore(Id, Services);

    private async ValueTask<TimelineCore> GetTimelineAsync(CancellationToken cancellationToken) =>
        (TimelineCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);

    private static void RequireFinite(ReadOnlySpan<float> state, string field)
    {
        if (!FiniteValues.All(state))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "Every component of a state is finite.") { Field = field };
        }
    }

    private static void RequireText(string? text, string field)
    {
        if (text is not null)
        {
            EntityKeys.Validate(text, field);
        }
    }

    private static void RequireLimit(int limit)
    {
        if (limit is < 1 or > Limits.PageCountMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A page has 1 to {Limits.PageCountMax} rows.") { Field = "limit", Limit = Limits.PageCountMax };
        }
    }
}
