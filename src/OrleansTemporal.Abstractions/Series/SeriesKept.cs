using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>
/// What policy has left of a stream: nothing before one event time, windows in bands behind it, points behind these.
/// Immutable; compared by its content.
/// </summary>
public sealed record SeriesKept
{
    /// <summary>What is said of event times of which nothing is kept, where a step is asked for.</summary>
    public const long NothingStep = -1;

    /// <summary>Everything, as points.</summary>
    public static SeriesKept Everything { get; } = new();

    /// <summary>The first event time of which anything is kept, in nanoseconds; <see cref="long.MinValue"/> where nothing was let go by age.</summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>Bands of windows, the oldest first.</summary>
    public ImmutableArray<SeriesBand> Bands { get; init; } = [];

    /// <summary>The first event time of which there are points, in nanoseconds.</summary>
    public long PointsFrom => Bands.IsEmpty ? From : Math.Max(From, Bands[^1].Before);

    /// <summary>True where nothing was let go.</summary>
    public bool IsEverything => From == long.MinValue && Bands.IsEmpty;

    /// <summary>Length of the window that stands for an event time, in nanoseconds; 0 where there are points, <see cref="NothingStep"/> where there is nothing.</summary>
    public long StepAt(long time)
    {
        if (time < From)
        {
            return NothingStep;
        }

        foreach (var band in Bands)
        {
            if (time < band.Before)
            {
                return band.Step;
            }
        }

        return 0;
    }

    /// <summary>Length of the window that stands for an event time, as a policy says it, such as <c>1m</c>; null where there are points, or nothing.</summary>
    public string? ResolutionAt(long time) => StepAt(time) is > 0 and var step ? ResolutionOf(step) : null;

    /// <summary>Length of a window in nanoseconds as a policy says it, such as <c>1m</c>; <c>0s</c> where there is nothing.</summary>
    public static string ResolutionOf(long step) => Durations.Format(TimeSpan.FromTicks(Math.Max(step, 0) / TimeSpan.NanosecondsPerTick));

    /// <summary>Whether another leaves the same of a span of event times.</summary>
    /// <param name="other">The other.</param>
    /// <param name="from">The first event time.</param>
    /// <param name="to">The first behind; <see cref="long.MaxValue"/> for no end.</param>
    public bool IsSameWithin(SeriesKept other, long from, long to)
    {
        ArgumentNullException.ThrowIfNull(other);
        return EdgesWithin(from, to).Concat(other.EdgesWithin(from, to)).Prepend(from).All(time => StepAt(time) == other.StepAt(time));
    }

    /// <inheritdoc/>
    public bool Equals(SeriesKept? other) => other is not null && From == other.From && Bands.AsSpan().SequenceEqual(other.Bands.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(From, Bands.Length, Bands.IsEmpty ? default : Bands[^1]);

    private IEnumerable<long> EdgesWithin(long from, long to) =>
        Bands.Select(static band => band.Before).Append(From).Where(edge => edge > from && edge < to);
}
