using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

internal sealed partial class ChronicleCore
{
    private const int SaltBytes = 16;

    /// <summary>The one path of a change (architecture, section 4), for points.</summary>
    public ValueTask<SeriesWriteResult> WriteAsync(SeriesWrite write, CancellationToken cancellationToken)
    {
        var prepared = SeriesPreparedWrite.Prepare(write, ordinals, Services.Salts);
        return StageAsync(prepared.Delta, prepared, null, write.Operation, write.Durability, cancellationToken);
    }

    /// <summary>The one path of a change, for a deletion.</summary>
    public ValueTask<SeriesWriteResult> DeleteAsync(SeriesDelete delete, CancellationToken cancellationToken)
    {
        // What does not compile is refused before it is in the log.
        _ = new SeriesMatch(delete.Selector);
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        SeriesDeletionPayload.Write(payload, delete.Selector);
        var context = new DeltaContext { Operation = delete.Operation, Group = delete.Group, Actor = delete.Actor };
        var draft = new DeltaDraft(SeriesDeletionPayload.Delete, SeriesPayload.SchemaVersion, payload, context);
        return StageAsync(new PreparedDelta(draft, salt), null, delete.Selector, delete.Operation, delete.Durability, cancellationToken);
    }

    private async ValueTask<SeriesWriteResult> StageAsync(
        PreparedDelta delta, SeriesPreparedWrite? points, SeriesSelector? deletion, OperationStamp? operation, Durability durability, CancellationToken cancellationToken)
    {
        var bytes = Encoder.GetRecordLength(delta.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        SeriesWriteResult? result = null;
        TemporalException? refusal = null;
        SeriesClosing[] closed = [];
        var mark = 0L;
        try
        {
            lock (Gate)
            {
                RequireWritable();
                mark = Sequence;
                (result, refusal) = TryStage(delta, points, deletion, operation, durability);
                mark = result?.Receipt.Sequence ?? mark;
                closed = Take(closings);
            }

            EncodeAndPublish(closed);
        }
        finally
        {
            if (result is null or { IsReplay: true })
            {
                Log.Release(bytes);
            }

            delta.Draft.Recycle();
        }

        // Refusals and replays rest on deltas too, and may not show what could still vanish.
        if (refusal is not null || result!.IsReplay || durability == Durability.Durable)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        }

        return refusal is null ? result! : throw refusal;
    }

    // Under the gate.
    private void RequireWritable()
    {
        RequireAlive();
        if (Log.Fault is not null)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{Id} is recovering from a storage failure.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    // Under the gate.
    private (SeriesWriteResult? Result, TemporalException? Refusal) TryStage(
        PreparedDelta delta, SeriesPreparedWrite? points, SeriesSelector? deletion, OperationStamp? operation, Durability durability)
    {
        try
        {
            if (FindOperation(operation) is { } earlier)
            {
                var receipt = new Receipt { Agent = Id, Sequence = earlier.Sequence, SystemTime = earlier.SystemTime, Root = earlier.Root, Durability = Durability.Durable };
                return (new SeriesWriteResult(receipt, true), null);
            }

            RequireRoom(points);
            RequireKept(points, deletion);
        }
        catch (TemporalException refusal)
        {
            return (null, refusal);
        }

        applying = points;
        try
        {
            return (new SeriesWriteResult(Stage(delta, default, durability), false), null);
        }
        finally
        {
            applying = null;
        }
    }

    private void RequireRoom(SeriesPreparedWrite? points)
    {
        var added = points?.Keys.Count(static key => key is not null) ?? 0;
        if (added > 0 && index.CountTagNames(points!.Keys.OfType<SeriesKey>()) > Limits.SeriesTagNamesMax)
        {
            throw new TemporalException(
                ErrorKind.TooLarge, ErrorCodes.TooManySeries, $"The series of a partition of a stream have at most {Limits.SeriesTagNamesMax} names of tags; values seem to stand where names should.")
            {
                Field = "tags",
                Limit = Limits.SeriesTagNamesMax,
            };
        }

        if (index.Count + added > Limits.SeriesPerPartitionMax)
        {
            throw new TemporalException(
                ErrorKind.TooLarge, ErrorCodes.TooManySeries, $"A partition of a stream has at most {Limits.SeriesPerPartitionMax} series; a tag seems to have a new value with every point.")
            {
                Field = "tags",
                Limit = Limits.SeriesPerPartitionMax,
            };
        }

        if (points is null && deletionCount >= Limits.SeriesDeletionsMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.TooManySeries, $"A partition of a stream keeps at most {Limits.SeriesDeletionsMax} deletions.")
            {
                Limit = Limits.SeriesDeletionsMax,
            };
        }
    }
}
