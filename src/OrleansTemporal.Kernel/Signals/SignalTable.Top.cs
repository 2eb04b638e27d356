using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <content>The leaders.</content>
public sealed partial class SignalTable
{
    /// <summary>
    /// The entities with the greatest values, greatest first, equal ones in the order of their ids; those with the value 0 are
    /// left out. Exact. Cost: one value of each entity.
    /// </summary>
    /// <param name="measure">What they are ranked by.</param>
    /// <param name="at">The moment; no measured event of any entity is after it.</param>
    /// <param name="countMax">How many at most.</param>
    public IReadOnlyList<(int Entity, double Value)> Top(SignalMeasure measure, EventTime at, int countMax)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);

        // The worst of those that lead comes first.
        var order = Comparer<(int Entity, double Value)>.Create(CompareRanks);
        var leaders = new PriorityQueue<(int Entity, double Value), (int Entity, double Value)>(order);
        for (var entity = 0; entity < entities.Count; entity++)
        {
            var value = measure.Of(this, entity, at);
            if (value is 0 or double.NaN)
            {
                continue;
            }

            var rank = (entity, value);
            if (leaders.Count < countMax)
            {
                leaders.Enqueue(rank, rank);
            }
            else if (CompareRanks(rank, leaders.Peek()) > 0)
            {
                leaders.DequeueEnqueue(rank, rank);
            }
        }

        var top = new (int Entity, double Value)[leaders.Count];
        for (var i = top.Length - 1; i >= 0; i--)
        {
            top[i] = leaders.Dequeue();
        }

        return top;
    }

    /// <summary>Whether the history of any entity has to be asked for a ranking of a moment.</summary>
    public bool IsPast(SignalMeasure measure, EventTime at)
    {
        ArgumentNullException.ThrowIfNull(measure);
        for (var entity = 0; entity < entities.Count; entity++)
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
