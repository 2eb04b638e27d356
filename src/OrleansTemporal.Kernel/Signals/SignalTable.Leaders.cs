using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <content>Lists of those that lead by a score, made when somebody asks and kept from then on.</content>
public sealed partial class SignalTable
{
    // Null when the list can not tell: too many were asked for, or the last of them are too close to the bar.
    private (int Entity, double Value)[]? TopOfLeaders(SignalMeasure.Score score, EventTime at, int countMax)
    {
        if (countMax > SignalLeaders.CountStart / 2)
        {
            return null;
        }

        var list = leaders.Find(list => list.Type == score.Type && list.HalfLife == score.HalfLife) ?? AddLeaders(score.Type, score.HalfLife);
        if (list.Entities.Count > SignalLeaders.CountMax)
        {
            RaiseBar(list);
        }

        // Whoever has events waiting may lead once they are due.
        var candidates = list.Entities.AsEnumerable();
        if (AheadCount > 0)
        {
            candidates = candidates.Concat(ahead.Where(pair => states[pair.Key].Type == score.Type && (states[pair.Key].Flags & list.Flag) == 0).Select(static pair => pair.Value[0].Entity));
        }

        var top = Top(candidates, score, at, countMax);
        var isSure = double.IsNegativeInfinity(list.Bar)
            || (top.Length == countMax && SignalLeaders.PlaceOf(top[^1].Value, at.Nanoseconds, decays[score.Type, score.HalfLife]) > list.Bar + SignalLeaders.Margin);
        return isSure ? top : null;
    }

    private SignalLeaders AddLeaders(int type, int halfLife)
    {
        var list = new SignalLeaders(type, halfLife);
        for (var entity = 0; entity < entities.Count; entity++)
        {
            if (FindState(entity, type) is var index and not SignalState.None && states[index].Score(halfLife) > 0)
            {
                states[index].Flags |= list.Flag;
                list.Entities.Add(entity);
            }
        }

        leaders.Add(list);
        RaiseBar(list);
        return list;
    }

    // Leaves the list with those that it begins with, and lets the others go below the bar.
    private void RaiseBar(SignalLeaders list)
    {
        if (list.Entities.Count <= SignalLeaders.CountStart)
        {
            return;
        }

        var halfLife = decays[list.Type, list.HalfLife];
        var entitiesOf = list.Entities.ToArray();
        var places = Array.ConvertAll(entitiesOf, entity =>
        {
            ref var state = ref states[FindState(entity, list.Type)];
            return -SignalLeaders.PlaceOf(state.Score(list.HalfLife), state.Newest, halfLife);
        });
        Array.Sort(places, entitiesOf);
        list.Bar = -places[SignalLeaders.CountStart - 1];
        list.Entities.Clear();
        for (var i = 0; i < entitiesOf.Length; i++)
        {
            if (-places[i] >= list.Bar)
            {
                list.Entities.Add(entitiesOf[i]);
            }
            else
            {
                states[FindState(entitiesOf[i], list.Type)].Flags &= ~list.Flag;
            }
        }
    }

    // After an event.
    private void Lift(int entity, ref SignalState state)
    {
        foreach (var list in leaders)
        {
            if (list.Type != state.Type || (state.Flags & list.Flag) != 0)
            {
                continue;
            }

            ref readonly var halfLife = ref decays[list.Type, list.HalfLife];
            var score = state.Score(list.HalfLife);
            if (score > 0 && list.MayLead(score, state.Newest, halfLife) && SignalLeaders.PlaceOf(score, state.Newest, halfLife) >= list.Bar)
            {
                state.Flags |= list.Flag;
                list.Entities.Add(entity);
            }
        }
    }

    private void ForgetLeaders()
    {
        foreach (var list in leaders)
        {
            foreach (var entity in list.Entities)
            {
                if (FindState(entity, list.Type) is var index and not SignalState.None)
                {
                    states[index].Flags &= ~list.Flag;
                }
            }
        }

        leaders.Clear();
    }
}
