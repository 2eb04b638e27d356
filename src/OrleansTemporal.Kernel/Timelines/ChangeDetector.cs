namespace OrleansTemporal.Timelines;

/// <summary>
/// Decides whether a state differs enough from the recorded one to be a step, by what an <see cref="ObserverPolicy"/> says.
/// The difference is always to the recorded state, so nothing that drifts is lost; the running magnitude and the way are from
/// one observed state to the next, and begin anew with the detector. Not thread-safe.
/// </summary>
/// <param name="policy">What to ask.</param>
public sealed class ChangeDetector(ObserverPolicy policy)
{
    // The weight of the newest magnitude in the running one.
    private const double NewestWeight = 0.125;

    private float[]? last;
    private bool isFirst;

    /// <summary>Mean magnitude of the changes from one observed state to the next, the newer ones counting more.</summary>
    public double RunningMagnitude { get; private set; }

    /// <summary>The length of the way, from observed state to observed state, since the newest step.</summary>
    public double Way { get; private set; }

    private bool Follows => policy.Detector == ObserverDetector.Adaptive || policy.Significance is not null;

    /// <summary>Takes notice of a state that was shown, whether it is due or not. O(dimensions) where the policy asks for what this counts, else O(1).</summary>
    /// <param name="recorded">The recorded state, which the first one that is shown is compared with.</param>
    /// <param name="shown">The state.</param>
    public void Follow(ReadOnlySpan<float> recorded, ReadOnlySpan<float> shown)
    {
        if (!Follows)
        {
            return;
        }

        var magnitude = StateDistance.L2(last is null ? recorded : last, shown);
        RunningMagnitude = last is null ? magnitude : RunningMagnitude + (NewestWeight * (magnitude - RunningMagnitude));
        Way += magnitude;
        isFirst = last is null;
        last ??= new float[shown.Length];
        shown.CopyTo(last);
    }

    /// <summary>Whether a state that was followed is to be a step. O(dimensions).</summary>
    /// <param name="recorded">The recorded state.</param>
    /// <param name="shown">The state.</param>
    /// <param name="thresholdMin">A threshold that counts when it is larger than the policy's.</param>
    public bool IsSignificant(ReadOnlySpan<float> recorded, ReadOnlySpan<float> shown, double thresholdMin)
    {
        var threshold = Math.Max(policy.MagnitudeThreshold, thresholdMin);
        var differs = policy.Detector switch
        {
            ObserverDetector.L2 => StateDistance.L2(recorded, shown) > threshold,
            ObserverDetector.Cosine => StateDistance.Cosine(recorded, shown) > threshold,
            ObserverDetector.Adaptive => IsUnusual(StateDistance.L2(recorded, shown), threshold),
            _ => throw new InvalidOperationException($"There is no detector {policy.Detector}."),
        };
        return differs && (policy.Significance is not { } significance || Way > significance);
    }

    /// <summary>Begins a new way: a step was made.</summary>
    public void NoteStep() => Way = 0;

    // The first change that is ever seen is its own running magnitude.
    private bool IsUnusual(double magnitude, double threshold) =>
        magnitude > threshold && (magnitude > RunningMagnitude * policy.AdaptiveFactor || isFirst);
}
