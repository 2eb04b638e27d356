using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>
/// One observer as its agent knows it: what the log says of it, and what it holds in memory until it is due. Not thread-safe;
/// lives under its agent's gate.
/// </summary>
public sealed class ObserverTrack
{
    private double magnitudes;

    /// <summary>Makes an observer of whom a delta tells for the first time.</summary>
    public ObserverTrack(string name) => Name = name;

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it records.</summary>
    public ObserverPolicy Policy { get; private set; } = ObserverPolicy.Default;

    /// <summary>What decides.</summary>
    public ChangeDetector Detector { get; private set; } = new(ObserverPolicy.Default);

    /// <summary>Where it stands by its log: active, paused or terminated.</summary>
    public ObserverStatus Status { get; private set; } = ObserverStatus.Active;

    /// <summary>Why it was paused.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The delta that says so.</summary>
    public long ChangedSequence { get; private set; }

    /// <summary>The delta that made it.</summary>
    public long MadeSequence { get; private set; }

    /// <summary>Its newest step; 0 before the first.</summary>
    public long CapturedSequence { get; private set; }

    /// <summary>System time of that.</summary>
    public HybridTimestamp CapturedTime { get; private set; }

    /// <summary>The state that waits; null when none does.</summary>
    public float[]? Pending { get; private set; }

    /// <summary>Pairs that came with it.</summary>
    public ImmutableArray<KeyValuePair<string, string>> PendingMetadata { get; private set; } = [];

    /// <summary>Who showed it.</summary>
    public string PendingActor { get; private set; } = "";

    /// <summary>States that were shown since the newest step and wait; the newest of them is kept.</summary>
    public int PendingCount { get; private set; }

    private long Captured { get; set; }

    private long Beats { get; set; }

    private long Filtered { get; set; }

    private long Coalesced { get; set; }

    private long Bytes { get; set; }

    /// <summary>Why what it was shown last could not be recorded; null since something could be.</summary>
    public string? LastError { get; private set; }

    /// <summary>Whether a delta says so.</summary>
    public bool IsErrorTold { get; private set; }

    /// <summary>Takes over what a delta says.</summary>
    public void Change(ObserverPolicy policy, ObserverStatus status, string reason, long sequence)
    {
        if (policy != Policy)
        {
            (Policy, Detector) = (policy, new ChangeDetector(policy));
        }

        MadeSequence = MadeSequence == 0 ? sequence : MadeSequence;
        (Status, Reason, ChangedSequence, LastError, IsErrorTold) = (status, reason, sequence, null, false);
    }

    /// <summary>Takes notice of a step of its own.</summary>
    public void NoteStep(TimelineStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        NoteStep(step.Sequence, step.SystemTime, step.Indices.Length == 0 ? null : step.Magnitude.L2Norm);
    }

    /// <summary>Takes notice of a step of its own that may not be kept any more.</summary>
    /// <param name="sequence">The step.</param>
    /// <param name="systemTime">When it was made.</param>
    /// <param name="l2Norm">How long it was; null for a heartbeat.</param>
    public void NoteStep(long sequence, HybridTimestamp systemTime, double? l2Norm)
    {
        if (l2Norm is { } length)
        {
            Captured++;
            magnitudes += length;
            Detector.NoteStep();
        }
        else
        {
            Beats++;
        }

        (CapturedSequence, CapturedTime, LastError, IsErrorTold) = (sequence, systemTime, null, false);
    }

    /// <summary>Whether a step may be made at a moment. A wall clock that was set back makes it later, and never fails.</summary>
    /// <param name="nowMilliseconds">Since the Unix epoch.</param>
    public bool IsDue(long nowMilliseconds) =>
        CapturedSequence == 0 || nowMilliseconds - CapturedTime.Milliseconds >= (long)Policy.MinInterval.TotalMilliseconds;

    /// <summary>Counts a state that was shown.</summary>
    public void NoteShown(int components) => Bytes += components * (long)sizeof(float);

    /// <summary>Keeps a copy of a state until it is due; it takes the place of an earlier one.</summary>
    public void Hold(ReadOnlySpan<float> state, ImmutableArray<KeyValuePair<string, string>> metadata, string actor)
    {
        Coalesced += Pending is null ? 0 : 1;
        Pending ??= new float[state.Length];
        state.CopyTo(Pending);
        (PendingMetadata, PendingActor) = (metadata, actor);
        PendingCount++;
    }

    /// <summary>Lets go of what waits: a newer state has been decided about, or this one.</summary>
    /// <param name="isReplaced">True when a newer state took its place.</param>
    public void Drop(bool isReplaced)
    {
        Coalesced += isReplaced && Pending is not null ? 1 : 0;
        (Pending, PendingMetadata, PendingActor, PendingCount) = (null, [], "", 0);
    }

    /// <summary>Counts a state that did not differ enough.</summary>
    public void NoteFiltered() => Filtered++;

    /// <summary>Remembers why a state was refused.</summary>
    public void Fail(string error) => LastError = error;

    /// <summary>Takes over from a delta why a state was refused.</summary>
    public void TellError(string error) => (LastError, IsErrorTold) = (error, true);

    /// <summary>What there is to tell.</summary>
    public ObserverInfo ToInfo() => new()
    {
        Name = Name,
        Policy = Policy,
        Status = Status == ObserverStatus.Active && LastError is not null ? ObserverStatus.Error : Status,
        Reason = Reason,
        ChangedSequence = ChangedSequence,
        MadeSequence = MadeSequence,
        CapturedSequence = CapturedSequence,
        CapturedTime = CapturedTime,
        PendingCount = PendingCount,
        Metrics = new ObserverMetrics
        {
            DeltasCaptured = Captured,
            AverageMagnitude = Captured == 0 ? 0 : magnitudes / Captured,
            Heartbeats = Beats,
            DeltasFiltered = Filtered,
            StatesCoalesced = Coalesced,
            BytesProcessed = Bytes,
            LastError = LastError,
        },
    };
}
