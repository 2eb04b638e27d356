using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Signals;

public sealed partial class SignalService
{
    /// <summary>
    /// Records events. Over one partition the batch is atomic; over several each partition's part is, and a retry with the same
    /// idempotency key completes what a crash left out, never twice.
    /// </summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>ledger_not_found</c>; Invalid: <c>signal_not_found</c>, <c>invalid_key</c>, <c>invalid_field</c>,
    /// <c>event_in_future</c>; TooLarge: <c>batch_too_large</c>, <c>too_many_ahead</c>. Nothing is recorded then.
    /// </exception>
    public async ValueTask<SignalBatchResult> RecordAsync(
        CallContext call, string workspace, string ledger, ImmutableArray<SignalEvent> events, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Signals, ledger), Verb.Write, cancellationToken).ConfigureAwait(false);
        var route = await routes.GetAsync(workspace, ledger, cancellationToken).ConfigureAwait(false);
        route = await ValidateAsync(route, workspace, ledger, events, cancellationToken).ConfigureAwait(false);
        await access.ChargeAsync(workspace, events.Sum(static one => 32L + one.Entity.Length), cancellationToken).ConfigureAwait(false);
        var stamp = call.IdempotencyKey is null ? null : OperationStamps.Of(call, "record", $"signals/{workspace}/{ledger}", call.BodyDigest.IsZero ? BytesOf(route, events) : []);
        var write = new SignalWrite { Events = events, Operation = stamp, Actor = call.Principal.Name, Durability = route.Durability, Observed = call.Observed };
        if (route.Agents.Length == 1)
        {
            return new SignalBatchResult([await RecordAsync(route, 0, write, cancellationToken).ConfigureAwait(false)]);
        }

        var parts = events.GroupBy(one => route.PartitionOf(one.Entity)).OrderBy(static part => part.Key).ToArray();
        var group = GroupOf(stamp);
        var results = ImmutableArray.CreateBuilder<SignalWriteResult>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = write with { Events = [.. parts[i]], Group = parts.Length == 1 ? null : new WriteGroup(group, parts.Length, i) };
            results.Add(await RecordAsync(route, parts[i].Key, part, cancellationToken).ConfigureAwait(false));
        }

        return new SignalBatchResult(results.MoveToImmutable());
    }

    // An agent that was not told of a type is told, once.
    private static async ValueTask<SignalWriteResult> RecordAsync(SignalRoute route, int partition, SignalWrite write, CancellationToken cancellationToken)
    {
        try
        {
            return await route.Agents[partition].RecordAsync(write, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException outdated) when (outdated.Code == ErrorCodes.SignalNotFound)
        {
            await route.Agents[partition].DefineAsync(route.Schema, cancellationToken).ConfigureAwait(false);
            return await route.Agents[partition].RecordAsync(write, cancellationToken).ConfigureAwait(false);
        }
    }

    // Bad input must change nothing, so every event is looked at before the first part is written. A type may have come since the route was read.
    private async ValueTask<SignalRoute> ValidateAsync(
        SignalRoute route, string workspace, string ledger, ImmutableArray<SignalEvent> events, CancellationToken cancellationToken)
    {
        SignalPreparedWrite.RequireCount(events.Length);
        if (events.Any(one => route.Schema.IndexOf(one.Signal) < 0))
        {
            route = await routes.ReloadAsync(workspace, ledger, cancellationToken).ConfigureAwait(false);
        }

        if (route.Agents.Length > 1 || events.Any(one => route.Schema.IndexOf(one.Signal) < 0))
        {
            var now = EventTime.Of(HybridTimestamp.Max(clock.Last, HybridTimestamp.FromMilliseconds(clock.NowMilliseconds)));
            for (var i = 0; i < events.Length; i++)
            {
                SignalPreparedWrite.Validate(events[i], i, now);
                SignalNumbers.TypeOf(route.Schema, events[i].Signal, $"events[{i}].signal");
            }
        }

        return route;
    }

    // What says whether two batches are the same, when the caller has no digest of its own.
    private static byte[] BytesOf(SignalRoute route, ImmutableArray<SignalEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new SignalPayloadWriter(buffer, events.Length);
        foreach (var one in events)
        {
            writer.Write(one.Entity, SignalNumbers.TypeOf(route.Schema, one.Signal, "events"), one.Time, one.Weight, one.Id);
        }

        return buffer.WrittenSpan.ToArray();
    }

    // From the stamp when there is one, so that a retry makes the parts of the same group.
    private UInt128 GroupOf(OperationStamp? stamp)
    {
        var time = clock.Next();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(stamp?.Key ?? time.ToString()));
        return new UInt128(stamp is null ? time.Value : BitConverter.ToUInt64(hash, 8), BitConverter.ToUInt64(hash));
    }
}
