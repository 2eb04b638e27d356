namespace OrleansTemporal.Signals;

/// <summary>
/// How fast a weight decays: of every weight one half is left after this time, λ = ln 2 / half-life. The one place where
/// decay is computed, for signals and for the heat of data alike.
/// </summary>
public readonly record struct HalfLife
{
    private const double Ln2 = 0.69314718055994530942;
    private const double NanosecondsPerTick = 100;

    // From here on nothing is left of the greatest double.
    private const double HalvingsMax = 2_200;

    /// <summary>Takes a time.</summary>
    /// <param name="time">More than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">When it is not.</exception>
    public HalfLife(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        Time = time;
        PerNanosecond = 1 / (time.Ticks * NanosecondsPerTick);
    }

    /// <summary>The time after which half is left.</summary>
    public TimeSpan Time { get; }

    /// <summary>How many halvings there are in a nanosecond.</summary>
    public double PerNanosecond { get; }

    /// <summary>Nanoseconds between two times, as a number to compute with. Exact up to 104 days, to a quarter of a microsecond beyond.</summary>
    public static double Between(long earlier, long later)
    {
        var between = unchecked(later - earlier);

        // More than a long apart, as the ends of the calendar are.
        return between >= 0 ? between : (double)unchecked((ulong)between);
    }

    /// <summary>A running score with one more event. Saturates at the greatest double.</summary>
    /// <param name="score">The score at its newest event.</param>
    /// <param name="weight">The weight of the event; finite, not negative.</param>
    /// <param name="isLate">True when the event is older than the score's newest: then the event is decayed, else the score is.</param>
    /// <param name="nanoseconds">Between the two; not negative.</param>
    /// <returns>The score at the newer of the two.</returns>
    public double Join(double score, double weight, bool isLate, double nanoseconds) =>
        Saturate(isLate ? score + (weight * Share(nanoseconds)) : (score * Share(nanoseconds)) + weight);

    /// <summary>A sum of amounts, the greatest double when it is more. Not <see cref="Math.Min(double, double)"/>, whose care for numbers that are none costs as much as the sum.</summary>
    public static double Saturate(double sum) => sum <= double.MaxValue ? sum : double.MaxValue;

    /// <summary>
    /// What is left of one after a time: 1 at the start, exactly one half after each half-life, never negative, never rising.
    /// Whole halvings are exact; the rest is one exponential, so the relative error stays within a few units in the last
    /// place however long it was. Cost: about 5 ns.
    /// </summary>
    /// <param name="nanoseconds">The time; not negative.</param>
    public double Share(double nanoseconds)
    {
        var halvings = nanoseconds * PerNanosecond;
        if (halvings > HalvingsMax)
        {
            return 0;
        }

        var whole = (int)halvings;

        // Never below the half that the next whole halving gives, whatever the last bit of the exponential is.
        var rest = Math.Exp((whole - halvings) * Ln2);
        rest = rest < 0.5 ? 0.5 : rest;
        return whole < 1_022 ? rest * BitConverter.Int64BitsToDouble((1_023L - whole) << 52) : Math.ScaleB(rest, -whole);
    }
}
