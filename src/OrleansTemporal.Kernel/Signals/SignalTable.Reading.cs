using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <content>Answers as of a moment of event time that is not before the newest event.</content>
public sealed partial class SignalTable
{
    /// <summary>
    /// True when an entity has a counted event of a signal after a moment: what was then is not in the running numbers any more,
    /// and is found by folding the events up to then.
    /// </summary>
    public bool IsPast(int entity, int type, EventTime at)
    {
        var index = FindState(entity, type);
        return index != SignalState.None && IsPast(ref states[index], at);
    }

    /// <summary><see cref="IsPast(int, int, EventTime)"/> for any of an entity's signals.</summary>
    public bool IsPast(int entity, EventTime at)
    {
        for (var index = entities[entity].First; index != SignalState.None; index = states[index].Next)
        {
            if (IsPast(ref states[index], at))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when an entity ever had an event of a signal, counted or laid aside.</summary>
    public bool Has(int entity, int type) => FindState(entity, type) != SignalState.None;

    /// <summary>One score. Cost: one exponential; more when events that waited have become due.</summary>
    /// <param name="entity">Number of the entity.</param>
    /// <param name="type">Number of the signal type.</param>
    /// <param name="halfLife">Which of the type's half-lives; 0 is its own.</param>
    /// <param name="at">The moment; not before the newest event.</param>
    /// <returns>0 without events.</returns>
    public double ScoreOf(int entity, int type, int halfLife, EventTime at)
    {
        var index = FindState(entity, type);
        return index == SignalState.None ? 0 : ScoreOf(index, ref states[index], decays[type, halfLife], halfLife, at);
    }

    /// <summary>Everything of one signal.</summary>
    /// <param name="entity">Number of the entity.</param>
    /// <param name="type">Number of the signal type.</param>
    /// <param name="at">The moment; not before the newest event.</param>
    /// <param name="scores">Filled with the scores, one for each half-life.</param>
    /// <param name="windows">Windows, those in minutes first, shorter ones before longer ones.</param>
    /// <param name="counts">Filled with what is in each window.</param>
    public SignalTotals Read(int entity, int type, EventTime at, Span<double> scores, ReadOnlySpan<SignalWindow> windows, Span<SignalCount> counts)
    {
        scores.Clear();
        counts.Clear();
        var index = FindState(entity, type);
        if (index == SignalState.None)
        {
            return default;
        }

        ref var state = ref states[index];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = ScoreOf(index, ref state, decays[type, i], i, at);
        }

        if (state.Count > 0)
        {
            ReadRings(ref state, at, windows, counts);
        }

        var totals = new SignalTotals(state.Count, state.Sum, state.Count > 0 ? new EventTime(state.Newest) : null);
        return (state.Flags & SignalFlags.HasAhead) == 0 ? totals : AddDue(index, totals, at, windows, counts);
    }

    /// <summary>What is in one window.</summary>
    /// <inheritdoc cref="Read"/>
    public SignalCount CountOf(int entity, int type, EventTime at, SignalWindow window)
    {
        Span<SignalCount> counts = stackalloc SignalCount[1];
        Read(entity, type, at, [], [window], counts);
        return counts[0];
    }

    /// <summary>All events up to a moment.</summary>
    /// <inheritdoc cref="Read"/>
    public SignalTotals TotalsOf(int entity, int type, EventTime at) => Read(entity, type, at, [], [], []);

    private static bool IsPast(ref SignalState state, EventTime at) => state.Count > 0 && at.Nanoseconds < state.Newest;

    private double ScoreOf(int index, ref SignalState state, in HalfLife halfLife, int number, EventTime at)
    {
        var score = state.Count == 0 ? 0 : state.Score(number) * halfLife.Share(HalfLife.Between(state.Newest, at.Nanoseconds));
        return (state.Flags & SignalFlags.HasAhead) == 0 ? score : score + DueOf(index, halfLife, at);
    }

    private void ReadRings(ref SignalState state, EventTime at, ReadOnlySpan<SignalWindow> windows, Span<SignalCount> counts)
    {
        if (state.Minutes == 0)
        {
            // All events are in the minute of the newest.
            for (var i = 0; i < windows.Length; i++)
            {
                var slot = windows[i].IsHours ? SignalWindow.HourOf(state.Newest) : SignalWindow.MinuteOf(state.Newest);
                counts[i] = slot >= windows[i].FirstSlot(at) ? new SignalCount(state.Count, state.Sum) : default;
            }

            return;
        }

        // Each window has what the shorter ones before it have.
        var (end, isHours) = ((int)state.MinuteCount, false);
        var (events, sum) = (0UL, 0.0);
        for (var i = 0; i < windows.Length; i++)
        {
            if (windows[i].IsHours && !isHours)
            {
                (end, isHours) = (state.HourCount, true);
                (events, sum) = (0, 0);
            }

            end = buckets.Sum(isHours ? state.Hours : state.Minutes, end, windows[i].FirstSlot(at), ref events, ref sum);
            counts[i] = new SignalCount(events, sum);
        }
    }
}
