using System.Buffers;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Lifecycle;

/// <content>
/// Operations that were asked for with an idempotency key: that one began is durable before it runs, so the request that comes
/// again finds it, in whatever process and life.
/// </content>
internal sealed partial class LifecycleCore
{
    public async ValueTask<OperationRecord?> RecognizeOperationAsync(OperationStamp stamp, CancellationToken cancellationToken)
    {
        OperationRecord? record;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            (record, mark) = (Recognize(stamp), Sequence);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return record;
    }

    public async ValueTask<OperationRecord?> FindOperationAsync(string id, CancellationToken cancellationToken)
    {
        OperationRecord? record;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            (record, mark) = (operations.Find(id), Sequence);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return record;
    }

    public async ValueTask<OperationRecord> BeginOperationAsync(OperationOrder order, CancellationToken cancellationToken)
    {
        OperationRecord? record = null;
        await TryWriteAsync(
            OperationPayload.Spawn,
            OperationPayload.SchemaVersion,
            payload => OperationPayload.WriteBeginning(payload, order),
            new DeltaContext { Operation = order.TakesOver == 0 ? order.Stamp : null, Actor = order.Actor },
            () =>
            {
                record = Recognize(order.Stamp);
                return record is null ? order.TakesOver == 0 : record.Outcome.IsEmpty && record.Sequence == order.TakesOver;
            },
            () => record = operations.Find(order.Id)! with { IsNew = true },
            cancellationToken).ConfigureAwait(false);
        return record ?? throw new Errors.TemporalException(Errors.ErrorKind.Conflict, Errors.ErrorCodes.PreconditionFailed, $"The operation '{order.Id}' is forgotten.");
    }

    public async ValueTask EndOperationAsync(string id, ReadOnlyMemory<byte> outcome, CancellationToken cancellationToken) =>
        await TryWriteAsync(
            OperationPayload.Terminate,
            OperationPayload.SchemaVersion,
            payload => OperationPayload.WriteEnd(payload, id, outcome),
            new DeltaContext(),
            () => operations.Find(id) is { Outcome.IsEmpty: true },
            static () => { },
            cancellationToken).ConfigureAwait(false);

    // Under the gate.
    private OperationRecord? Recognize(OperationStamp stamp) => FindOperation(stamp) is { } earlier ? operations.BegunAt(earlier.Sequence) : null;
}
