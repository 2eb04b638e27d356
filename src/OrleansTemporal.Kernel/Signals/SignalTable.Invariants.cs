using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <content>What holds at all times, looked at.</content>
public sealed partial class SignalTable
{
    /// <summary>Looks at every state. Cost: in proportion to them; for tests and for verification.</summary>
    /// <exception cref="TemporalException">Internal, <c>invariant_broken</c>, with the name of the invariant and the entity.</exception>
    public void CheckInvariants()
    {
        var seen = 0;
        for (var entity = 0; entity < entities.Count; entity++)
        {
            var type = -1;
            for (var index = entities[entity].First; index != SignalState.None; index = states[index].Next)
            {
                ref var state = ref states[index];
                Require(entity, state.Type > type, "INV-CON-2", "its signals are out of order");
                type = state.Type;
                seen++;
                Check(entity, ref state);
                Require(entity, (state.Flags & SignalFlags.HasAhead) != 0 == ahead.ContainsKey(index), "INV-SIG-4", "events wait that it does not know of");
            }
        }

        if (seen != states.Count)
        {
            throw Broken("INV-SIG-4", $"{states.Count} states are there and {seen} are reached");
        }
    }

    private void Check(int entity, ref SignalState state)
    {
        Require(entity, IsAmount(state.Sum), "INV-SIG-3", "the sum of its weights is no amount");
        for (var i = 0; i < Limits.SignalHalfLivesMax; i++)
        {
            var score = state.Score(i);
            Require(entity, IsAmount(score), "INV-SIG-3", "a score is no amount");
            Require(entity, i < decays.CountOf(state.Type) || score == 0, "INV-SIG-1", "it has a score without a half-life");
            Require(entity, state.Count > 0 || (score == 0 && state.Sum == 0), "INV-SIG-1", "it has a score without events");

            // A score is never more than the weights that it is made of, but for rounding.
            Require(entity, score <= state.Sum * (1 + 1e-9), "INV-SIG-2", "a score is more than all weights");
        }

        CheckRing(entity, state.Minutes, state.MinuteCount, SignalWindow.MinuteOf(state.Newest), SignalWindow.MinutesMax, state.Count);
        CheckRing(entity, state.Hours, state.HourCount, SignalWindow.HourOf(state.Newest), Limits.SignalWindowHoursMax, state.Count);
        Require(entity, state.Minutes == 0 == (state.Hours == 0), "INV-SIG-1", "it has one ring of two");
    }

    private void CheckRing(int entity, int place, int count, int newest, int length, ulong eventCount)
    {
        if (place == 0)
        {
            return;
        }

        var slots = buckets.SlotsOf(place, count);
        Require(entity, count > 0 && slots[^1] == newest && slots[0] > newest - length, "INV-SIG-1", "a ring does not end with the newest event");
        var events = 0UL;
        for (var i = 0; i < count; i++)
        {
            Require(entity, i == 0 || slots[i] > slots[i - 1], "INV-SIG-1", "a ring is out of order");
            Require(entity, IsAmount(buckets.SumsOf(place, count)[i]), "INV-SIG-3", "a bucket's sum is no amount");
            Require(entity, buckets.CountsOf(place, count)[i] > 0, "INV-SIG-1", "a bucket has no event");
            events += buckets.CountsOf(place, count)[i];
        }

        Require(entity, events <= eventCount, "INV-SIG-4", "a ring has more events than there were");
    }

    private static bool IsAmount(double value) => value >= 0 && double.IsFinite(value);

    private void Require(int entity, bool holds, string invariant, string what)
    {
        if (!holds)
        {
            throw Broken(invariant, $"{System.Text.Encoding.UTF8.GetString(IdOf(entity))}: {what}");
        }
    }

    private static TemporalException Broken(string invariant, string what) =>
        new(ErrorKind.Internal, ErrorCodes.InvariantBroken, $"{invariant} is broken: {what}.");
}
