namespace OrleansTemporal.Timelines;

/// <summary>How an observer decides that a state differs from the recorded one. The numbers are part of stored formats and never change meaning.</summary>
public enum ObserverDetector : byte
{
    /// <summary>The Euclidean length of the differences is more than the threshold.</summary>
    L2 = 1,

    /// <summary>One less the cosine of the angle between the states is more than the threshold; a state of zeros stands at a right angle to every other.</summary>
    Cosine = 2,

    /// <summary>
    /// The Euclidean length of the differences is more than the threshold, and more than the running magnitude of the changes
    /// from one observed state to the next, times <see cref="ObserverPolicy.AdaptiveFactor"/>: steps grow and shrink with
    /// what the state does, and drift is recorded once it has come so far.
    /// </summary>
    Adaptive = 3,
}
