using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <content>
/// Domain events that no delta says. What a turn comes upon is noted under the gate, where nothing is made of it, and told
/// behind it, when what the turn rests on is durable.
/// </content>
internal sealed partial class TimelineCore
{
    private const string HeldByInterval = "interval";
    private const string HeldByThreshold = "threshold";

    // Of the turn that is under way. Under the gate.
    private TurnNote note;

    // Under the gate. A state that is not recorded; whether it differs is looked at only when somebody would be told.
    private void NoteHeldBack(string observer, TimelineBranch branch, float[] head, ReadOnlyMemory<float> shown, string policy)
    {
        if (Events.TellsChanges && !MemoryMarshal.AsBytes(head.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(shown.Span)))
        {
            (note.Observer, note.HeldBackBy, note.Shown) = (observer, policy, shown);
            note.OldRoot = places[(int)(branch.Head?.Sequence ?? 1) - 1].Root;
        }
    }

    // Under the gate. Ends the notes of a turn.
    private TurnNote TakeNote()
    {
        var taken = note;
        note = default;
        return taken;
    }

    private void Tell(in TurnNote noted, long sequence, TemporalException? refusal)
    {
        if (noted.ConflictCount > 0)
        {
            Events.DeltaConflictDetected(Id, noted.ConflictCount);
        }

        if (refusal is not null)
        {
            Events.DeltaRejected(Id, refusal.Code);
        }

        if (noted.FlushedCount > 0)
        {
            Events.CaptureBufferFlushed(Id, noted.Observer!, noted.FlushedCount, sequence);
        }

        if (noted.HeldBackBy is { } policy)
        {
            Events.ChangeDetected(Id, noted.Observer!, noted.OldRoot, new StateTree(noted.Shown.Length).Root(noted.Shown.Span), policy);
        }
    }

    // Windows are over whenever somebody reads them, so each reader is told of its own.
    private void Tell(TimelineWindowPage page)
    {
        if (!Events.TellsWindows)
        {
            return;
        }

        foreach (var window in page.Windows)
        {
            if (window.Status == DeltaWindowStatus.Compacted)
            {
                Events.WindowClosed(Id, window.FirstSequence, window.Count, window.End.Milliseconds - window.Start.Milliseconds);
                Events.WindowCompacted(Id, window.FirstSequence, window.CompressionRatio);
            }
        }
    }

    /// <summary>What one turn has to tell.</summary>
    private struct TurnNote
    {
        /// <summary>Components that were changed by two who did not know of each other.</summary>
        public int ConflictCount;

        /// <summary>States that an observer held back and that are recorded by the step that is made.</summary>
        public int FlushedCount;

        /// <summary>Who was shown them, or the state that is not recorded; empty for a state that was written.</summary>
        public string? Observer;

        /// <summary>What holds the state back; null when none is.</summary>
        public string? HeldBackBy;

        /// <summary>That state.</summary>
        public ReadOnlyMemory<float> Shown;

        /// <summary>The root behind the recorded state that it differs from.</summary>
        public Distinction OldRoot;
    }
}
