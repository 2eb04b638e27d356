namespace OrleansTemporal.Timelines;

/// <summary>Which of the states that it is shown an observer records. A newer policy holds for what is shown after it.</summary>
public sealed record ObserverPolicy
{
    /// <summary>The defaults.</summary>
    public static ObserverPolicy Default { get; } = new();

    /// <summary>The branch that steps are made on.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>Time between two steps at least; states of between are coalesced, the newest counts. Zero to make every state that differs a step. At most <see cref="Limits.ObserverIntervalDaysMax"/> days.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What a difference has to be more than, measured as <see cref="Detector"/> says; the larger of this and the timeline's own counts.</summary>
    public double MagnitudeThreshold { get; init; } = 1e-6;

    /// <summary>States that are coalesced at most before one is recorded whatever the interval says, 1 to <see cref="Limits.ObserverBufferMax"/>.</summary>
    public int BufferLimit { get; init; } = 1_000;

    /// <summary>True to record a step without components when a state that is due does not differ.</summary>
    public bool Heartbeats { get; init; }

    /// <summary>How differences are measured.</summary>
    public ObserverDetector Detector { get; init; } = ObserverDetector.L2;

    /// <summary>Times the running magnitude that a difference has to exceed, of <see cref="ObserverDetector.Adaptive"/>; more than 0.</summary>
    public double AdaptiveFactor { get; init; } = 1;

    /// <summary>
    /// The length of the way, from observed state to observed state, that has to be gone since the newest step before there
    /// is another: what comes back to where it was counts too. Null to ask for the difference alone.
    /// </summary>
    public double? Significance { get; init; }
}
