using System.Numerics;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

internal sealed partial class SignalLedgerCore
{
    private const int SaltBytes = 16;

    /// <summary>The one path of a change (architecture, section 4).</summary>
    public async ValueTask<SignalWriteResult> WriteAsync(SignalPreparedWrite prepared, CancellationToken cancellationToken)
    {
        var bytes = Encoder.GetRecordLength(prepared.Delta.Draft, prepared.FacetBytes);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        var attempt = default(Attempt);
        try
        {
            lock (Gate)
            {
                attempt = TryStage(prepared);
            }
        }
        finally
        {
            if (attempt.Result is null)
            {
                Log.Release(bytes);
            }
        }

        prepared.Recycle();
        if (attempt.Result is null || prepared.Write.Durability == Durability.Durable)
        {
            // Refusals and repeats rest on deltas too.
            await Log.WhenDurableAsync(attempt.Mark, cancellationToken).ConfigureAwait(false);
        }

        return attempt.Refusal is { } refusal ? throw refusal : attempt.Result ?? await ReplayOutcomeAsync(attempt.Earlier!, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a newer schema.</summary>
    public async ValueTask DefineAsync(SignalSchema schema, CancellationToken cancellationToken)
    {
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        WriteSchema(payload, schema);
        var draft = new DeltaDraft(SignalKinds.Define, SignalPayloadFormat.SchemaVersion, payload, DeltaContext.None);
        var bytes = Encoder.GetRecordLength(draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        var isStaged = false;
        long mark;
        try
        {
            lock (Gate)
            {
                RequireWritable();
                if (plan.Schema.Version < schema.Version)
                {
                    SignalSchemaRules.RequireAddsTo(plan.Schema, schema);
                    Stage(new PreparedDelta(draft, default), default, Durability.Durable);
                    isStaged = true;
                }

                mark = Sequence;
            }
        }
        finally
        {
            if (!isStaged)
            {
                Log.Release(bytes);
            }
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
    }

    // Under the gate. Exactly one of Result, Refusal and Earlier is set.
    private Attempt TryStage(SignalPreparedWrite prepared)
    {
        RequireWritable();
        try
        {
            if (FindOperation(prepared.Write.Operation) is { } earlier)
            {
                return new Attempt { Mark = earlier.Sequence, Earlier = earlier };
            }
        }
        catch (TemporalException refusal)
        {
            return new Attempt { Mark = Sequence, Refusal = refusal };
        }

        var time = Services.Clock.Next();
        if (table.AheadCount + prepared.TimedCount > Limits.SignalsAheadMax && AheadAfter(prepared, EventTime.Of(time)) > Limits.SignalsAheadMax)
        {
            return new Attempt { Mark = Sequence, Refusal = TooManyAhead() };
        }

        Span<byte> marks = stackalloc byte[(Limits.BatchCountMax + 7) / 8];
        var count = prepared.Write.Events.Length;
        var repeats = MarkRepeats(prepared.Ids, marks[..prepared.FacetBytes], time);
        applying = prepared;
        Receipt receipt;
        try
        {
            receipt = Stage(prepared.Delta, repeats == 0 ? default : marks[..prepared.FacetBytes], prepared.Write.Durability, time);
        }
        finally
        {
            applying = null;
        }

        return new Attempt { Mark = receipt.Sequence, Result = new SignalWriteResult { Receipt = receipt, Accepted = count - repeats, Duplicates = repeats } };
    }

    // Those that came before, in other batches or in this one.
    private int MarkRepeats(UInt128[] hashes, Span<byte> marks, HybridTimestamp time)
    {
        marks.Clear();
        if (hashes.Length == 0)
        {
            return 0;
        }

        var repeats = 0;
        var seen = new HashSet<UInt128>(hashes.Length);
        for (var i = 0; i < hashes.Length; i++)
        {
            if (hashes[i] != UInt128.Zero && (ids.Contains(hashes[i], time) || !seen.Add(hashes[i])))
            {
                marks[i >> 3] |= (byte)(1 << (i & 7));
                repeats++;
            }
        }

        return repeats;
    }

    private int AheadAfter(SignalPreparedWrite prepared, EventTime now) =>
        table.AheadOf(now) + prepared.Write.Events.Count(one => one.Time > now);

    private void RequireWritable()
    {
        RequireAlive();
        if (Log.Fault is not null)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{Id} is recovering from a storage failure.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    private async ValueTask<SignalWriteResult> ReplayOutcomeAsync(OperationEntry earlier, CancellationToken cancellationToken)
    {
        var delta = await ReadDeltaAsync(earlier.Sequence, cancellationToken).ConfigureAwait(false);
        var count = new SignalPayloadReader(delta.Payload.Span).Count;
        var repeats = 0;
        foreach (var marks in delta.Facet)
        {
            repeats += BitOperations.PopCount(marks);
        }

        return new SignalWriteResult
        {
            Receipt = new Receipt { Agent = Id, Sequence = earlier.Sequence, SystemTime = earlier.SystemTime, Root = earlier.Root, Durability = Durability.Durable },
            Accepted = count - repeats,
            Duplicates = repeats,
        };
    }

    private static TemporalException TooManyAhead() =>
        new(ErrorKind.TooLarge, ErrorCodes.TooManyAhead, $"At most {Limits.SignalsAheadMax} events of a partition wait for their time.")
        {
            Field = "events",
            Limit = Limits.SignalsAheadMax,
        };

    private readonly struct Attempt
    {
        public long Mark { get; init; }

        public SignalWriteResult? Result { get; init; }

        public TemporalException? Refusal { get; init; }

        public OperationEntry? Earlier { get; init; }
    }
}
