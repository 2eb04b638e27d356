using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    // Enough for most batches on the stack of the gate's section.
    private const int FacetBytesOnStack = 1_024;

    private byte[] facetScratch = [];

    /// <summary>The one path of a change (architecture, section 4).</summary>
    public ValueTask<KvWriteResult> WriteAsync(KvPreparedWrite prepared, CancellationToken cancellationToken)
    {
        var bytes = Encoder.GetRecordLength(prepared.Delta.Draft, prepared.Write.Operations.Length * KvFacetWriter.OperationBytesMax);
        var reserving = Log.ReserveAsync(bytes, cancellationToken);
        if (!reserving.IsCompletedSuccessfully)
        {
            return ReserveAndWriteAsync(reserving, prepared, bytes, cancellationToken);
        }

        Attempt attempt;
        try
        {
            attempt = Try(prepared, bytes, null, null);
        }
        catch (TemporalException failure)
        {
            return ValueTask.FromException<KvWriteResult>(failure);
        }

        if (attempt.Result is not { } result)
        {
            return SettleAsync(attempt, prepared, bytes, cancellationToken);
        }

        prepared.Recycle();
        if (prepared.Write.Durability != Durability.Durable)
        {
            return new(result);
        }

        var durable = Log.WhenDurableAsync(attempt.Mark, cancellationToken);
        return durable.IsCompletedSuccessfully ? new(result) : AnswerAsync(durable, result);
    }

    // What nearly every write ends with: the state machine is small, and pooled.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<KvWriteResult> AnswerAsync(ValueTask durable, KvWriteResult result)
    {
        await durable.ConfigureAwait(false);
        return result;
    }

    private async ValueTask<KvWriteResult> ReserveAndWriteAsync(ValueTask reserving, KvPreparedWrite prepared, int bytes, CancellationToken cancellationToken)
    {
        await reserving.ConfigureAwait(false);
        return await SettleAsync(Try(prepared, bytes, null, null), prepared, bytes, cancellationToken).ConfigureAwait(false);
    }

    private Attempt Try(KvPreparedWrite prepared, int bytes, KvLookups? lookups, KvRecalled? recalled)
    {
        SpareArrays.Provide();
        for (var i = 0; i < prepared.Write.Operations.Length; i++)
        {
            // What the gate's holder reads next; whether it is there, it finds itself.
            memory.MayHold(prepared.KeyOf(i).Hash);
        }

        try
        {
            lock (Gate)
            {
                return TryStage(prepared, lookups, recalled);
            }
        }
        catch
        {
            Log.Release(bytes);
            throw;
        }
    }

    private async ValueTask<KvWriteResult> SettleAsync(Attempt attempt, KvPreparedWrite prepared, int bytes, CancellationToken cancellationToken)
    {
        KvRecalled? recalled = null;
        await CallerScheduler.LeaveAsync();
        while (true)
        {
            if (attempt.MustRecall)
            {
                try
                {
                    recalled = await RecallAsync(prepared.Write, cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    Log.Release(bytes);
                    throw;
                }

                if (!recalled.Results.IsEmpty)
                {
                    Log.Release(bytes);
                    return await CompleteAsync(prepared.Write, recalled, cancellationToken).ConfigureAwait(false);
                }

                attempt = Try(prepared, bytes, null, recalled);
                continue;
            }

            if (attempt.Missing is { } missing)
            {
                KvLookups? lookups = null;
                try
                {
                    lookups = await LookUpAsync(missing, null, cancellationToken).ConfigureAwait(false);
                }
                catch (TemporalException replaced) when (IsReplaced(replaced, missing.Sealed))
                {
                    // A merge took the runs away while they were being read; the next look is at the new ones.
                }
                catch
                {
                    Log.Release(bytes);
                    throw;
                }

                attempt = Try(prepared, bytes, lookups, recalled);
                continue;
            }

            if (attempt.Result is null)
            {
                Log.Release(bytes);
            }
            else
            {
                prepared.Recycle();
            }

            // Refusals and replays rest on deltas too, and may not show what could still vanish.
            if (attempt.Result is null || prepared.Write.Durability == Durability.Durable)
            {
                await Log.WhenDurableAsync(attempt.Mark, cancellationToken).ConfigureAwait(false);
            }

            if (attempt.Refusal is { } refusal)
            {
                if (refusal.Code == ErrorCodes.IdempotencyKeyReused && await FindRecordedAsync(prepared.Write.Operation, cancellationToken).ConfigureAwait(false) is { } recorded)
                {
                    // The same request; another data key was in use then.
                    return await ReplayOutcomeAsync(recorded, cancellationToken).ConfigureAwait(false);
                }

                if (attempt.Closes.Value != 0)
                {
                    // It rests on a value being over, and that must stay so.
                    await CloseMomentAsync(attempt.Closes, cancellationToken).ConfigureAwait(false);
                }

                throw refusal;
            }

            return attempt.Result ?? await ReplayOutcomeAsync(attempt.Earlier!, cancellationToken).ConfigureAwait(false);
        }
    }

    // Under the gate. Exactly one of Result, Refusal, Earlier, Missing and MustRecall is set.
    private Attempt TryStage(KvPreparedWrite prepared, KvLookups? lookups, KvRecalled? recalled)
    {
        RequireAlive();
        if (Log.Fault is not null)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{Id} is recovering from a storage failure.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }

        if (transfers is { } moved)
        {
            RequireHere(prepared, moved);
        }

        RequireActive(prepared);
        var write = prepared.Write;
        try
        {
            if (transfers is not null)
            {
                // Whether it came with the same body is looked at there.
                if (MustRecall(prepared, FindOperationByKey(write.Operation), recalled))
                {
                    return new Attempt { MustRecall = true };
                }
            }
            else if (FindOperation(prepared.Stamp) is { } earlier)
            {
                return new Attempt { Mark = earlier.Sequence, Earlier = earlier };
            }
        }
        catch (TemporalException refusal)
        {
            return new Attempt { Mark = Sequence, Refusal = refusal };
        }

        // Drawn before the conditions are looked at: what the delta finds over is over at its own system time.
        var time = Services.Clock.Next();
        var operations = write.Operations;
        Span<KvCurrent> previous = operations.Length == 1 ? stackalloc KvCurrent[1] : new KvCurrent[operations.Length];
        List<string>? missing = null;
        for (var i = 0; i < operations.Length; i++)
        {
            if (!TryFindCurrent(operations[i].Key, prepared.KeyOf(i), lookups, out previous[i]))
            {
                (missing ??= []).Add(operations[i].Key);
            }

            previous[i] = previous[i].At(time);
        }

        if (missing is not null)
        {
            return new Attempt { Missing = new KvMissing(missing, Manifest, ResidentFirst, transfers) };
        }

        var hasOverdue = HasOverdue(previous);
        if (operations.Length > 1)
        {
            FollowWithin(operations, previous);
        }

        for (var i = 0; i < operations.Length; i++)
        {
            if (Refuse(operations[i], previous[i]) is { } refusal)
            {
                return new Attempt { Mark = Sequence, Refusal = refusal, Closes = hasOverdue ? time : HybridTimestamp.Zero };
            }
        }

        return new Attempt { Mark = Sequence + 1, Result = Commit(prepared, previous, time) };
    }

    private static bool HasOverdue(ReadOnlySpan<KvCurrent> currents)
    {
        foreach (var current in currents)
        {
            if (current.IsOverdue)
            {
                return true;
            }
        }

        return false;
    }

    private KvWriteResult Commit(KvPreparedWrite prepared, ReadOnlySpan<KvCurrent> previous, HybridTimestamp time)
    {
        var write = prepared.Write;
        var facetBytesMax = previous.Length * KvFacetWriter.OperationBytesMax;
        if (facetBytesMax > FacetBytesOnStack && facetScratch.Length < facetBytesMax)
        {
            facetScratch = new byte[facetBytesMax];
        }

        Span<byte> buffer = facetBytesMax > FacetBytesOnStack ? facetScratch : stackalloc byte[FacetBytesOnStack];
        var facet = new KvFacetWriter(buffer, Encoder.AgentDigest);
        for (var i = 0; i < previous.Length; i++)
        {
            // Inside one delta the sequence is not known to the caller, so an operation that follows another of the same
            // delta names the sequence that the delta is about to get.
            facet.Add(
                previous[i].IsLive,
                previous[i].WriteId(Encoder.AgentDigest, Sequence + 1),
                KvExpiry.EndOf(time, write.Operations[i].TimeToLive),
                previous[i].IsOverdue);
        }

        applying = prepared;
        Receipt receipt;
        try
        {
            receipt = Stage(prepared.Delta, buffer[..facet.Length], write.Durability, time);
        }
        finally
        {
            applying = null;
        }

        var outcomes = new KvOutcome[previous.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = new KvOutcome
            {
                Key = write.Operations[i].Key,
                WriteId = new WriteId(Encoder.AgentDigest, receipt.Sequence, (ushort)i),
                DistinctionId = prepared.Distinctions[i],
                PreviousWriteId = previous[i].WriteId(Encoder.AgentDigest, receipt.Sequence),
                Created = write.Operations[i].Kind == KvOperationKind.Put && !previous[i].IsLive,
                ExpiresAt = KvExpiry.EndOf(time, write.Operations[i].TimeToLive),
            };
        }

        return new KvWriteResult { Receipt = receipt, Outcomes = ImmutableCollectionsMarshal.AsImmutableArray(outcomes) };
    }

    // Later operations of a batch on a key see the earlier ones.
    private static void FollowWithin(ImmutableArray<KvOperation> operations, Span<KvCurrent> previous)
    {
        var newest = new Dictionary<string, int>(operations.Length, StringComparer.Ordinal);
        for (var i = 0; i < operations.Length; i++)
        {
            if (newest.TryGetValue(operations[i].Key, out var earlier))
            {
                previous[i] = KvCurrent.InSameDelta((ushort)earlier, operations[earlier].Kind == KvOperationKind.Put);
            }

            newest[operations[i].Key] = i;
        }
    }

    private TemporalException? Refuse(KvOperation operation, in KvCurrent current)
    {
        if (operation.Kind == KvOperationKind.Delete && !current.IsLive && !operation.MayBeAbsent && !operation.IfPresent && operation.IfMatch is null)
        {
            return new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no key '{operation.Key}' in '{Id.Name}'.") { Field = "key" };
        }

        var tag = current.IsLive ? current.WriteId(Encoder.AgentDigest, Sequence + 1) : WriteId.None;
        var holds = (operation.IfMatch is not { } match || (current.IsLive && match == tag))
            && (!operation.IfAbsent || !current.IsLive)
            && (!operation.IfPresent || current.IsLive);
        return holds
            ? null
            : new TemporalException(
                ErrorKind.PreconditionFailed,
                ErrorCodes.PreconditionFailed,
                current.IsLive ? $"The live version of '{operation.Key}' is {tag}." : $"'{operation.Key}' has no live value.")
            {
                Field = "key",
                CurrentETag = current.IsLive ? tag.ToString() : null,
            };
    }

    private readonly struct Attempt
    {
        public long Mark { get; init; }

        public KvWriteResult? Result { get; init; }

        public TemporalException? Refusal { get; init; }

        /// <summary>The moment that the refusal holds for; zero when it rests on deltas alone.</summary>
        public HybridTimestamp Closes { get; init; }

        public OperationEntry? Earlier { get; init; }

        public KvMissing? Missing { get; init; }

        /// <summary>True when the operation has to be looked for first, here and where slots were taken over from.</summary>
        public bool MustRecall { get; init; }
    }
}
