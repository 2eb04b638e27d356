using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

// What a subscriber does: acknowledges, gives back, pauses, goes on.
internal sealed partial class SubscriptionCore
{
    public async ValueTask ChangeAsync(SubscriptionChange change, CancellationToken cancellationToken)
    {
        var kind = change.Move switch
        {
            SubscriptionMove.Acknowledge => SubscriptionPayload.Acknowledge,
            SubscriptionMove.Return => SubscriptionPayload.Return,
            SubscriptionMove.Pause => SubscriptionPayload.Pause,
            SubscriptionMove.Resume => SubscriptionPayload.Resume,
            _ => throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"There is no move {change.Move}.") { Field = "move" },
        };
        await TryWriteAsync(
            kind,
            payload =>
            {
                if (change.Move is SubscriptionMove.Acknowledge or SubscriptionMove.Return)
                {
                    SubscriptionPayload.WriteCursor(payload, change.Cursor, change.Move == SubscriptionMove.Acknowledge ? change.StateHash : null);
                }
                else
                {
                    WriteNothing(payload);
                }
            },
            new DeltaContext { Operation = change.Operation, Actor = change.Actor },
            () =>
            {
                RequireBegun();
                if (FindOperation(change.Operation) is not null)
                {
                    return false;
                }

                // What a key came with is written though nothing changes, so that the key is known with its request.
                return IsEffective(change) || change.Operation is not null;
            },
            cancellationToken).ConfigureAwait(false);
    }

    // Under the gate.
    private bool IsEffective(SubscriptionChange change) => change.Move switch
    {
        SubscriptionMove.Acknowledge => change.Cursor > progress.Acknowledged
            || (change.StateHash is not null && change.Cursor == progress.Acknowledged && change.StateHash != progress.StateHash),
        SubscriptionMove.Return when change.Cursor > Place => throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidCursor, "So much was not handed out.") { Field = "cursor" },
        SubscriptionMove.Return => change.Cursor > progress.Acknowledged && progress.Pending > 0,
        _ => progress.IsPaused != (change.Move == SubscriptionMove.Pause),
    };
}
