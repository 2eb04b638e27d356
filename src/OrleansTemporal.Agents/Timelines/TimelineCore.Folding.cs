using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <content>
/// Folding a log of which steps were let go. What takes their place stands in later deltas, so everything from the first
/// missing payload on is kept until the log is read, and folded then.
/// </content>
internal sealed partial class TimelineCore
{
    private List<KeptDelta>? deferred;
    private Dictionary<long, (ThinnedGroup Group, long By)>? folding;

    // Under the gate. True when the delta waits.
    private bool Defers(in AppliedDelta delta)
    {
        if (deferred is null && delta.Payload is null)
        {
            deferred = [];
        }

        deferred?.Add(new KeptDelta(delta.Sequence, delta.SystemTime, delta.Kind, delta.Payload?.ToArray(), delta.Metadata, delta.RecordBytes));
        return deferred is not null;
    }

    private protected override ValueTask RestoreDerivedAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            if (deferred is { } kept)
            {
                deferred = null;
                Fold(kept);
            }
        }

        return base.RestoreDerivedAsync(cancellationToken);
    }

    // Under the gate.
    private void Fold(List<KeptDelta> kept)
    {
        if (history is not { } steps)
        {
            throw Corrupt($"the payload of delta {kept[0].Sequence} is missing, and nothing before it says what the timeline is");
        }

        var missing = kept.Where(static delta => delta.Payload is null).Select(static delta => delta.Sequence).ToHashSet();
        var claimed = new Dictionary<long, LetGoStep?>();
        folding = [];
        foreach (var delta in kept.Where(static delta => delta.Kind == TimelineKinds.Thin && delta.Payload is not null))
        {
            var thinning = TimelineThinning.Read(delta.Payload, steps.Dimensions);
            foreach (var group in thinning.Groups)
            {
                // Of the newest such delta the bytes may be there still; it takes out what was folded when its turn comes.
                if (group.LetGo.All(step => missing.Contains(step.Sequence)))
                {
                    folding[group.Keeper] = (group, delta.Sequence);
                }

                foreach (var step in group.LetGo)
                {
                    claimed[step.Sequence] = step;
                }
            }

            foreach (var sequence in thinning.Superseded)
            {
                claimed[sequence] = null;
            }
        }

        foreach (var delta in kept)
        {
            if (delta.Payload is not null)
            {
                ApplyNow(new AppliedDelta(delta.Sequence, delta.SystemTime, delta.Kind, delta.Payload, default, [], delta.Metadata, delta.RecordBytes));
            }
            else if (!claimed.TryGetValue(delta.Sequence, out var step))
            {
                throw Corrupt($"the payload of delta {delta.Sequence} is missing, and nothing let it go");
            }
            else if (step?.ObservedNorm is { } norm)
            {
                NoteObserved(delta.Metadata, delta.Sequence, delta.SystemTime, norm == LetGoStep.Heartbeat ? null : norm);
            }
        }

        folding = null;
    }

    /// <summary>A delta that is folded later.</summary>
    private sealed record KeptDelta(
        long Sequence, HybridTimestamp SystemTime, DeltaKind Kind, byte[]? Payload, ImmutableArray<KeyValuePair<string, string>> Metadata, int RecordBytes);
}
