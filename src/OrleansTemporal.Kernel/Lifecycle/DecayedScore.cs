using OrleansTemporal.Causality;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// A sum of weights of which each halves with every half-life that passes: a running score in one number and one time. An
/// event that comes late counts as much as it would if it had come in time. The same value whatever the order of the events,
/// up to rounding. O(1) an event and a read. A signal's state keeps the same score, for up to three half-lives.
/// </summary>
public readonly record struct DecayedScore
{
    private const double NanosecondsPerMillisecond = 1e6;

    private readonly double value;
    private readonly HybridTimestamp at;

    private DecayedScore(double value, HybridTimestamp at)
    {
        this.value = value;
        this.at = at;
    }

    /// <summary>With one more event.</summary>
    /// <param name="weight">Finite and not negative.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="halfLife">More than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">When one of them is not.</exception>
    public DecayedScore Add(double weight, HybridTimestamp time, TimeSpan halfLife)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        if (!double.IsFinite(weight))
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is finite.");
        }

        var isLate = time < at;
        return new(new HalfLife(halfLife).Join(value, weight, isLate, isLate ? Between(time, at) : Between(at, time)), isLate ? at : time);
    }

    /// <summary>What is left of it at a time; before its newest event, what is there at that event.</summary>
    public double At(HybridTimestamp time, TimeSpan halfLife) => time <= at ? value : value * new HalfLife(halfLife).Share(Between(at, time));

    private static double Between(HybridTimestamp from, HybridTimestamp to) => (to.Milliseconds - from.Milliseconds) * NanosecondsPerMillisecond;
}
