using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <content>The leaders.</content>
public sealed partial class SignalTable
{
    private const int ListedMin = SignalLeaders.CountMax;

    private readonly List<SignalLeaders> leaders = [];
    private long newest = long.MinValue;

    /// <summary>
    /// The entities with the greatest values, greatest first, equal ones in the order of their ids; those with the value 0 are
    /// left out. Exact. By a score it costs one value of each of some thousand leaders, once they are known; else, and the first
    /// time, one value of each entity.
    /// </summary>
    /// <param name="measure">What they are ranked by.</param>
    /// <param name="at">The moment; no measured event of any entity is after it.</param>
    /// <param name="countMax">How many at most.</param>
    public IReadOnlyList<(int Entity, double Value)> Top(SignalMeasure measure, EventTime at, int countMax)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        if (measure is SignalMeasure.Score score && entities.Count > ListedMin && TopOfLeaders(score, at, countMax) is { } listed)
        {
            return listed;
        }

        return Top(Enumerable.Range(0, entities.Count), measure, at, countMax);
    }

    private (int Entity, double Value)[] Top(IEnumerable<int> candidates, SignalMeasure measure, EventTime at, int countMax)
    {
        // The worst of those that lead comes first.
        var order = Comparer<(int Entity, double Value)>.Create(CompareRanks);
        var best = new PriorityQueue<(int Entity, double Value), (int Entity, double Value)>(order);
        foreach (var entity in candidates)
        {
            var value = measure.Of(this, entity, at);
            if (value is 0 or double.NaN)
            {
                continue;
            }

            var rank = (entity, value);
            if (best.Count < countMax)
            {
                best.Enqueue(rank, rank);
            }
            else if (value >= best.Peek().Value && CompareRanks(rank, best.Peek()) > 0)
            {
                best.DequeueEnqueue(rank, rank);
            }
        }

        var top = new (int Entity, double Value)[best.Count];
        for (var i = top.Length - 1; i >= 0; i--)
        {
            top[i] = best.Dequeue();
        }

        return top;
    }

    /// <summary>Whether the history of any entity has to be asked for a ranking of a moment.</summary>
    public bool IsPast(SignalMeasure measure, EventTime at)
    {
        ArgumentNullException.ThrowIfNull(measure);
        for (var entity = 0; entity < entities.Count && at.Nanoseconds < newest; entity++)
        {
            if (measure.IsPast(this, entity, at))
            {
                return true;
            }
        }

        return false;
    }

    private int CompareRanks((int Entity, double Value) left, (int Entity, double Value) right)
    {
        var byValue = left.Value.CompareTo(right.Value);
        return byValue != 0 ? byValue : IdOf(right.Entity).SequenceCompareTo(IdOf(left.Entity));
    }
}
