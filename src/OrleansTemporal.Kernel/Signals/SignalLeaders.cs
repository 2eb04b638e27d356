namespace OrleansTemporal.Signals;

/// <summary>
/// The entities that lead by one score. What a score is worth beside another does not change as time passes, so each has a
/// place that only its own events change, and they only raise it: log₂ of the score at its newest event plus that event's time
/// in half-lives. All entities at or above a bar are in this list; the others are below it until an event lifts them over.
/// Belongs to a <see cref="SignalTable"/>.
/// </summary>
internal sealed class SignalLeaders
{
    /// <summary>Entities that a new list begins with.</summary>
    public const int CountStart = 2_048;

    /// <summary>Entities at which the bar is raised.</summary>
    public const int CountMax = 4 * CountStart;

    /// <summary>What rounding can do to a place: nobody this close to the bar is sure to be compared with everybody.</summary>
    public const double Margin = 1e-5;

    public SignalLeaders(int type, int halfLife)
    {
        Type = type;
        HalfLife = halfLife;
        Flag = (SignalFlags)((int)SignalFlags.LeadsFirst << halfLife);
    }

    public int Type { get; }

    public int HalfLife { get; }

    /// <summary>Marks the states of its entities.</summary>
    public SignalFlags Flag { get; }

    /// <summary>Who is below is not in the list.</summary>
    public double Bar { get; set; } = double.NegativeInfinity;

    public List<int> Entities { get; } = [];

    /// <summary>The place of a score.</summary>
    /// <param name="score">The score at a time.</param>
    /// <param name="time">The time.</param>
    /// <param name="halfLife">Its half-life.</param>
    public static double PlaceOf(double score, long time, in HalfLife halfLife) => Math.Log2(score) + (time * halfLife.PerNanosecond);

    /// <summary>Whether a score may be at the bar, without its logarithm: by the exponent of its bits. Cost: some additions.</summary>
    public bool MayLead(double score, long time, in HalfLife halfLife) =>
        (BitConverter.DoubleToInt64Bits(score) >> 52) - 1_022 + (time * halfLife.PerNanosecond) >= Bar;
}
