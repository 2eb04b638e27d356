using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

// Reading a part of the log back, and holding it against what is in memory.
internal sealed partial class TimelineCore
{
    private const int VerifyPageCount = 1_000;

    public async ValueTask<TimelineVerifyReport> VerifySpanAsync(long fromSequence, long toSequence, CancellationToken cancellationToken)
    {
        Distinction root;
        long last;
        lock (Gate)
        {
            RequireAlive();
            last = toSequence == 0 ? Sequence : toSequence;
            if (fromSequence < 1 || fromSequence > last || last > Sequence)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A part of the log is from 1 to {Sequence}.") { Field = "from", Limit = Sequence };
            }

            root = fromSequence == 1 ? GenesisRoot.Of(Id) : places[(int)fromSequence - 2].Root;
        }

        await Log.WhenDurableAsync(last, cancellationToken).ConfigureAwait(false);
        var (deltas, states) = (0L, 0L);
        for (var after = fromSequence - 1; after < last;)
        {
            var page = await ReadDeltasAsync(after, (int)Math.Min(VerifyPageCount, last - after), cancellationToken).ConfigureAwait(false);
            foreach (var record in page.Records)
            {
                var delta = DeltaRecord.Read(record);
                root = Synthesis.Synthesize(root, delta.ActionDistinction());
                after++;
                deltas++;
                if (FindFault(delta, after, root, ref states) is { } fault)
                {
                    return Damaged(new TimelineVerifyReport(deltas, states, root, fault.Text), fault);
                }
            }

            if (page.Records.IsEmpty)
            {
                var missing = new StateFault($"delta {after + 1} is not in the log", RootAt(after + 1), root);
                return Damaged(new TimelineVerifyReport(deltas, states, root, missing.Text), missing);
            }
        }

        return new TimelineVerifyReport(deltas, states, root, null);
    }

    private TimelineVerifyReport Damaged(TimelineVerifyReport report, in StateFault fault)
    {
        Events.TargetStateCorrupted(Id, fault.Expected, fault.Actual, fault.Text);
        return report;
    }

    private Distinction RootAt(long sequence)
    {
        lock (Gate)
        {
            return places[(int)sequence - 1].Root;
        }
    }

    private StateFault? FindFault(in DeltaRecord delta, long expected, in Distinction root, ref long states)
    {
        if (delta.Sequence != expected)
        {
            return new StateFault($"delta {delta.Sequence} stands where {expected} is expected", RootAt(expected), root);
        }

        if (delta.HasPayload && !delta.IsReplaced && !delta.VerifyCommitment())
        {
            return new StateFault($"delta {expected} has a payload that its header does not commit to", delta.Commitment, delta.CommitmentOfPayload());
        }

        lock (Gate)
        {
            var known = places[(int)expected - 1].Root;
            if (known != root)
            {
                return new StateFault($"the chain comes to {root} at delta {expected}, and was {known}", known, root);
            }

            if (!delta.HasPayload)
            {
                return history?.IsLetGo(expected) == true || supersededThinnings.Contains(expected)
                    ? null
                    : new StateFault($"the payload of delta {expected} is missing, and nothing let it go", delta.Commitment, default);
            }

            if (TimelineKinds.ChangeOf(delta.Kind) is null || TimelineStepPayload.Read(delta.Payload.Span, history!.Dimensions).StateHash is not { } hash)
            {
                return null;
            }

            // The state before the step, folded anew and hashed whole.
            var state = new float[history.Dimensions];
            history.CopyState(history.FindStep(expected)!.Parent, state);
            states++;
            var found = new StateTree(history.Dimensions).Root(state);
            return found == hash ? null : new StateFault($"delta {expected} was made for another state than the one before it", hash, found);
        }
    }

    /// <summary>What does not hold, and the two hashes that show it.</summary>
    private readonly record struct StateFault(string Text, Distinction Expected, Distinction Actual);
}
