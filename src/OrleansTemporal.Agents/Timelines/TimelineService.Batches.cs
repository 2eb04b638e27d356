using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Timelines;

/// <content>Many deltas at once, written and read.</content>
public sealed partial class TimelineService
{
    /// <summary>Records deltas that follow each other, each as a step of its own; all of them are examined before the first is written.</summary>
    /// <exception cref="TemporalException">As of a single delta, with its place in the field; TooLarge, <c>batch_too_large</c>.</exception>
    public async ValueTask<TimelineBatchResult> WriteBatchAsync(CallContext call, string workspace, string name, TimelineBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var agent = await ReachAsync(call, workspace, name, Verb.Write, cancellationToken).ConfigureAwait(false);
        await access.ChargeAsync(workspace, batch.Deltas.Sum(static write => (long)write.Values.Length) * DeltaVector.EntryBytes, cancellationToken).ConfigureAwait(false);
        var durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability;
        var body = call.IdempotencyKey is not null && call.BodyDigest.IsZero ? $"{batch.Branch}:{string.Join(';', batch.Deltas.Select(Digest))}" : "";
        batch = batch with { Operation = Stamp(call, "batch", workspace, name, body), Actor = call.Principal.Name, Durability = durability };
        return await agent.WriteBatchAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deltas of a line by windows, those of each window as one.</summary>
    /// <exception cref="TemporalException">NotFound, <c>branch_not_found</c>; Invalid, <c>invalid_field</c>.</exception>
    public async ValueTask<TimelineWindowPage> AggregateAsync(CallContext call, string workspace, string name, TimelineWindowQuery query, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).AggregateAsync(query, cancellationToken).ConfigureAwait(false);
}
