using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>A length of time as its author wrote it, so that answers name it the same way: <c>24h</c> stays <c>24h</c>.</summary>
/// <param name="Text">A duration such as <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c> or <c>7d</c>.</param>
public sealed record SignalSpan(string Text)
{
    /// <summary>The length; zero when the text is no duration.</summary>
    public TimeSpan Time => Durations.TryParse(Text, out var time) ? time : TimeSpan.Zero;

    /// <summary>Written in the largest unit that is exact; a day as 24h.</summary>
    public static SignalSpan FromTimeSpan(TimeSpan time) =>
        new(time == TimeSpan.FromHours(24) ? "24h" : Durations.Format(time));

    /// <inheritdoc cref="FromTimeSpan"/>
    public static implicit operator SignalSpan(TimeSpan time) => FromTimeSpan(time);
}
