using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

internal sealed partial class VectorCore
{
    /// <summary>The one path of a change (architecture, section 4).</summary>
    public async ValueTask<VectorWriteResult> WriteAsync(VectorPreparedWrite prepared, CancellationToken cancellationToken)
    {
        await BeginAsync(prepared.Write, cancellationToken).ConfigureAwait(false);
        var bytes = Encoder.GetRecordLength(prepared.Delta.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        Attempt attempt;
        try
        {
            lock (Gate)
            {
                attempt = TryStage(prepared);
            }
        }
        catch
        {
            Log.Release(bytes);
            throw;
        }

        if (attempt.Result is null || attempt.Result.Replayed)
        {
            Log.Release(bytes);
        }

        // Refusals and replays rest on deltas too, and may not show what could still vanish.
        if (attempt.Result is null or { Replayed: true } || prepared.Write.Durability == Durability.Durable)
        {
            await Log.WhenDurableAsync(attempt.Mark, cancellationToken).ConfigureAwait(false);
        }

        return attempt.Result ?? throw attempt.Refusal!;
    }

    // The first write to a collection begins it; whoever comes second finds it.
    private async ValueTask BeginAsync(VectorWrite write, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            RequireAlive();
            if (collections.Count > 0 && collections[^1].Number >= write.Collection)
            {
                return;
            }
        }

        var index = VectorPreparedWrite.PrepareIndex(write, Services.Salts);
        var bytes = Encoder.GetRecordLength(index.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        var isStaged = false;
        try
        {
            lock (Gate)
            {
                RequireWritable();
                if (collections.Count == 0 || collections[^1].Number < write.Collection)
                {
                    Stage(index, default, write.Durability);
                    isStaged = true;
                }
            }
        }
        finally
        {
            if (!isStaged)
            {
                Log.Release(bytes);
            }
        }
    }

    // Under the gate.
    private Attempt TryStage(VectorPreparedWrite prepared)
    {
        RequireWritable();
        var write = prepared.Write;
        var collection = collections[^1];
        if (collection.Number != write.Collection || collection.Settings != write.Settings)
        {
            return new Attempt(Sequence, null, NoCollection(Id.Name));
        }

        try
        {
            if (FindOperation(write.Operation) is { } earlier)
            {
                return new Attempt(earlier.Sequence, Replay(prepared, earlier), null);
            }
        }
        catch (TemporalException refusal)
        {
            return new Attempt(Sequence, null, refusal);
        }

        if (!write.IsBegun && Refuse(collection, write.Operations) is { } refused)
        {
            return new Attempt(Sequence, null, refused);
        }

        var first = collection.VersionCount;
        var receipt = Stage(prepared.Delta, default, write.Durability);
        return new Attempt(receipt.Sequence, new VectorWriteResult { Receipt = receipt, Outcomes = OutcomesOf(collection, first, prepared) }, null);
    }

    // Null where the collection has not begun. What replaces or ends a vector needs no room, so a full collection takes it.
    private TemporalException? Refuse(VectorCollection? collection, ImmutableArray<VectorOperation> operations)
    {
        var live = collection?.LiveCount ?? 0;
        var isNearlyFull = live + operations.Length > Limits.VectorsMax;
        var there = operations.Length > 1 ? new Dictionary<string, bool>(StringComparer.Ordinal) : null;
        foreach (var operation in operations)
        {
            if (RefuseCondition(collection, operation) is { } refusal)
            {
                return refusal;
            }

            if (operation.IsDelete || isNearlyFull)
            {
                var isThere = there is not null && there.TryGetValue(operation.Id, out var wasThere) ? wasThere : IsLive(collection, operation.Id);
                if (operation.IsDelete && !isThere)
                {
                    return new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no vector '{operation.Id}' in '{Id.Name}'.") { Field = "id" };
                }

                live += operation.IsDelete ? -1 : isThere ? 0 : 1;
            }

            there?[operation.Id] = !operation.IsDelete;
        }

        return (isNearlyFull && live > Limits.VectorsMax) || collection?.VersionCount + operations.Length > Limits.VectorVersionsMax
            ? new TemporalException(ErrorKind.TooLarge, ErrorCodes.CollectionFull, $"A collection has at most {Limits.VectorsMax} vectors.") { Limit = Limits.VectorsMax }
            : null;
    }

    private TemporalException? RefuseCondition(VectorCollection? collection, VectorOperation operation)
    {
        if (operation.IfMatch is null && !operation.IfAbsent && !operation.IfPresent)
        {
            return null;
        }

        var slot = collection?.NewestOf(operation.Id) ?? -1;
        var standing = slot >= 0 && !collection![slot].IsDelete ? WriteIdOf(collection[slot]) : WriteId.None;
        var holds = (operation.IfMatch is not { } match || (!standing.IsNone && match == standing))
            && (!operation.IfAbsent || standing.IsNone)
            && (!operation.IfPresent || !standing.IsNone);
        return holds
            ? null
            : new TemporalException(
                ErrorKind.PreconditionFailed,
                ErrorCodes.PreconditionFailed,
                standing.IsNone ? $"There is no vector '{operation.Id}' in '{Id.Name}'." : $"The live version of '{operation.Id}' is {standing}.")
            {
                Field = "id",
                CurrentETag = standing.IsNone ? null : standing.ToString(),
            };
    }

    private static bool IsLive(VectorCollection? collection, string id) => collection?.NewestOf(id) is { } slot and >= 0 && !collection[slot].IsDelete;

    private ImmutableArray<VectorOutcome> OutcomesOf(VectorCollection collection, int first, VectorPreparedWrite prepared)
    {
        var outcomes = ImmutableArray.CreateBuilder<VectorOutcome>(prepared.Distinctions.Length);
        for (var i = 0; i < prepared.Distinctions.Length; i++)
        {
            ref readonly var slot = ref collection[first + i];
            outcomes.Add(new VectorOutcome
            {
                Id = slot.Id,
                WriteId = WriteIdOf(slot),
                DistinctionId = prepared.Distinctions[i],
                PreviousWriteId = PreviousOf(collection, slot),
                Created = !slot.IsDelete && (slot.Previous < 0 || collection[slot.Previous].IsDelete),
            });
        }

        return outcomes.MoveToImmutable();
    }

    // The same request, so its operations are those of the delta.
    private VectorWriteResult Replay(VectorPreparedWrite prepared, OperationEntry earlier)
    {
        var collection = collections[^1];
        var first = collection.FirstOf(earlier.Sequence);
        return new VectorWriteResult
        {
            Receipt = new Receipt { Agent = Id, Sequence = earlier.Sequence, SystemTime = earlier.SystemTime, Root = earlier.Root, Durability = Durability.Durable },
            Outcomes = first < 0 ? [] : OutcomesOf(collection, first, prepared),
            Replayed = true,
        };
    }

    private WriteId WriteIdOf(in VectorSlot slot) => new(Encoder.AgentDigest, slot.Sequence, slot.Ordinal);

    private WriteId PreviousOf(VectorCollection collection, in VectorSlot slot) =>
        slot.Previous < 0 ? WriteId.None : WriteIdOf(collection[slot.Previous]);

    private void RequireWritable()
    {
        RequireAlive();
        if (Log.Fault is not null)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{Id} is recovering from a storage failure.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    private readonly record struct Attempt(long Mark, VectorWriteResult? Result, TemporalException? Refusal);
}
