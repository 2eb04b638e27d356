using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>
/// The state of a ledger: for each entity and signal running scores, counters and rings, folded from events in whatever order
/// they come. O(1) an event and a score. What holds at all times:
/// <list type="bullet">
/// <item>INV-SIG-1: score and counters change together. An event is in all of them or in none.</item>
/// <item>INV-SIG-2: without events no score rises as time passes.</item>
/// <item>INV-SIG-3: scores, sums and counts are never negative, and finite.</item>
/// <item>INV-SIG-4: no event is counted twice: not one that comes again under its id, not one that waited for its time, not one
/// of a checkpoint that is replayed behind it.</item>
/// <item>INV-SIG-5: a checkpoint and the deltas behind it give the bytes that memory has.</item>
/// <item>INV-CON-1: a reader never sees half an event; INV-CON-2: one writer at a time; INV-CON-3: what is answered is durable.
/// These are the agent's: its gate is around every call of this class, which is not thread-safe.</item>
/// </list>
/// <see cref="CheckInvariants"/> looks at those that a state can be asked for; docs/signals.md says where each of the others is kept.
/// </summary>
public sealed partial class SignalTable
{
    private readonly SignalEntities entities = new();
    private readonly SignalStates states = new();
    private readonly SignalBuckets buckets = new();
    private SignalDecays decays = SignalDecays.None;

    /// <summary>How many entities have events.</summary>
    public int EntityCount => entities.Count;

    /// <summary>How many pairs of entity and signal there are.</summary>
    public int StateCount => states.Count;

    /// <summary>Events that were older than the rings when they came: they are in scores and totals, and in no window. Set when a table is restored.</summary>
    public long LateCount { get; set; }

    /// <summary>Bytes of memory.</summary>
    public long Bytes => entities.Bytes + states.Bytes + buckets.Bytes + (AheadCount * AheadBytes);

    /// <summary>Takes the half-lives of a schema, which only adds types to the one before.</summary>
    public void Define(SignalDecays newest)
    {
        ArgumentNullException.ThrowIfNull(newest);
        ArgumentOutOfRangeException.ThrowIfLessThan(newest.TypeCount, decays.TypeCount, nameof(newest));
        decays = newest;
    }

    /// <summary>The number of an entity; it gets one when it is new.</summary>
    /// <param name="id">Its id, in UTF-8.</param>
    public int Enter(ReadOnlySpan<byte> id)
    {
        var hash = SignalEntities.HashOf(id);
        var known = entities.Find(id, hash);
        return known != SignalEntities.None ? known : entities.Add(id, hash);
    }

    /// <summary>The number of an entity; false when it never had an event.</summary>
    public bool TryFind(ReadOnlySpan<byte> id, out int entity)
    {
        entity = entities.Find(id, SignalEntities.HashOf(id));
        return entity != SignalEntities.None;
    }

    /// <summary>The id of an entity, in UTF-8; valid while the table is.</summary>
    public ReadOnlySpan<byte> IdOf(int entity) => entities.IdOf(entity);

    /// <summary>Counts one event, or lays it aside when its time is yet to come.</summary>
    /// <param name="entity">Number of the entity.</param>
    /// <param name="type">Number of the signal type.</param>
    /// <param name="weight">Finite and not negative.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="now">When it arrived; never goes back from call to call.</param>
    public void Record(int entity, int type, double weight, EventTime time, EventTime now)
    {
        if (!(weight >= 0) || double.IsInfinity(weight))
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is finite and not negative.");
        }

        Touch(entity);
        var index = EnterState(entity, type);
        if (time > now)
        {
            LayAside(entity, index, weight, time);
        }
        else
        {
            Count(entity, ref states[index], weight, time.Nanoseconds);
        }
    }

    private int EnterState(int entity, int type)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)type, (uint)decays.TypeCount, nameof(type));
        var (before, index) = (SignalState.None, entities[entity].First);
        while (index != SignalState.None)
        {
            ref var state = ref states[index];
            if (state.Type >= type)
            {
                if (state.Type == type)
                {
                    return index;
                }

                break;
            }

            (before, index) = (index, state.Next);
        }

        var added = states.Add((byte)type);
        states[added].Next = index;
        if (before == SignalState.None)
        {
            entities[entity].First = added;
        }
        else
        {
            states[before].Next = added;
        }

        return added;
    }

    private int FindState(int entity, int type)
    {
        var index = entities[entity].First;
        while (index != SignalState.None)
        {
            ref var state = ref states[index];
            if (state.Type >= type)
            {
                return state.Type == type ? index : SignalState.None;
            }

            index = state.Next;
        }

        return SignalState.None;
    }

    private void Count(int entity, ref SignalState state, double weight, long time)
    {
        var isFirst = state.Count == 0;
        var isLate = !isFirst && time < state.Newest;
        var between = isFirst ? 0 : isLate ? HalfLife.Between(time, state.Newest) : HalfLife.Between(state.Newest, time);
        CountInRings(ref state, weight, time, isFirst);
        for (var i = decays.CountOf(state.Type) - 1; i >= 0; i--)
        {
            ref var score = ref state.Score(i);
            score = between == 0 ? HalfLife.Saturate(score + weight) : decays[state.Type, i].Join(score, weight, isLate, between);
        }

        state.Newest = isFirst || !isLate ? time : state.Newest;
        state.Count++;
        state.Sum = HalfLife.Saturate(state.Sum + weight);
        newest = Math.Max(newest, time);
        if (leaders.Count > 0)
        {
            Lift(entity, ref state);
        }
    }

    private void CountInRings(ref SignalState state, double weight, long time, bool isFirst)
    {
        var minute = SignalWindow.MinuteOf(time);
        if (state.Minutes == 0)
        {
            var first = SignalWindow.MinuteOf(state.Newest);
            if (isFirst || minute == first)
            {
                return;
            }

            buckets.Add(ref state.Minutes, ref state.MinuteCount, first, state.Count, state.Sum, SignalWindow.MinutesMax);
            buckets.Add(ref state.Hours, ref state.HourCount, SignalWindow.HourOf(state.Newest), state.Count, state.Sum, Limits.SignalWindowHoursMax);
        }

        buckets.Add(ref state.Minutes, ref state.MinuteCount, minute, weight, SignalWindow.MinutesMax);
        if (!buckets.Add(ref state.Hours, ref state.HourCount, SignalWindow.HourOfMinute(minute), weight, Limits.SignalWindowHoursMax))
        {
            LateCount++;
        }
    }
}
