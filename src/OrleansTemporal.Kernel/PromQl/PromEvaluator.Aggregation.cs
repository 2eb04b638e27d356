namespace OrleansTemporal.PromQl;

internal sealed partial class PromEvaluator
{
    private PromVectors Aggregate(PromAggregation aggregation)
    {
        var vectors = (PromVectors)Evaluate(aggregation.Inner);
        var parameter = aggregation.Parameter is { } given ? Numbers(given) : null;
        var groups = vectors.Rows.GroupBy(row => GroupOf(row.Labels, aggregation));
        var rows = new List<PromRow>();
        foreach (var group in groups)
        {
            if (aggregation.Function is "topk" or "bottomk")
            {
                rows.AddRange(Choose([.. group], parameter!, aggregation.Function == "topk"));
            }
            else
            {
                rows.Add(Fold(group.Key, [.. group], aggregation.Function, parameter));
            }
        }

        if (aggregation.Function is "topk" or "bottomk")
        {
            return Sort(new PromVectors(rows), aggregation.Function == "topk");
        }

        return new PromVectors(rows);
    }

    private PromRow Fold(PromLabels labels, PromRow[] members, string function, double[]? parameter)
    {
        var folded = NewRow(labels);
        var room = new double[members.Length];
        for (var step = 0; step < grid.Count; step++)
        {
            var count = 0;
            foreach (var member in members)
            {
                if (member.Has[step])
                {
                    room[count++] = member.Values[step];
                }
            }

            if (count > 0)
            {
                (folded.Values[step], folded.Has[step]) = (PromAggregations.Fold(function, room.AsSpan(0, count), parameter?[step] ?? 0), true);
            }
        }

        return folded;
    }

    // The greatest or least of each step, with all their labels; of equal values, those whose labels come first.
    private IEnumerable<PromRow> Choose(PromRow[] members, double[] wanted, bool isTop)
    {
        var sign = isTop ? -1 : 1;
        Array.Sort(members, static (left, right) => left.Labels.CompareWith(right.Labels));
        var chosen = members.Select(member => NewRow(member.Labels)).ToArray();
        var places = new List<int>(members.Length);
        for (var step = 0; step < grid.Count; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            places.Clear();
            places.AddRange(Enumerable.Range(0, members.Length).Where(place => members[place].Has[step]));
            places.Sort((left, right) => ByValue(members[left].Values[step], members[right].Values[step], sign) is not 0 and var order ? order : left.CompareTo(right));
            var count = wanted[step] >= 1 ? (int)Math.Min(wanted[step], places.Count) : 0;
            foreach (var place in places.Take(count))
            {
                (chosen[place].Values[step], chosen[place].Has[step]) = (members[place].Values[step], true);
            }
        }

        return chosen.Where(static row => !row.IsEmpty);
    }

    private static PromLabels GroupOf(PromLabels labels, PromAggregation aggregation) =>
        aggregation.IsWithout ? labels.WithoutName().Without(aggregation.Labels) : labels.Only(aggregation.Labels);
}
