namespace OrleansTemporal.PromQl;

internal sealed partial class PromEvaluator
{
    private PromValue Combine(PromBinary binary) => (Evaluate(binary.Left), Evaluate(binary.Right)) switch
    {
        (PromScalars left, PromScalars right) => new PromScalars([.. left.Values.Zip(right.Values, (one, other) => binary.Operator.Apply(one, other))]),
        (PromVectors left, PromScalars right) => CombineWith(binary, left, (value, step) => binary.Operator.Apply(value, right.Values[step])),
        (PromScalars left, PromVectors right) => CombineWith(binary, right, (value, step) => binary.Operator.Apply(left.Values[step], value)),
        (PromVectors left, PromVectors right) => binary.Operator.IsOfSets() ? CombineSets(binary, left, right) : CombineSeries(binary, left, right),
        _ => throw new ArgumentOutOfRangeException(nameof(binary)),
    };

    // A comparison without 'bool' leaves values as they are, or leaves them out.
    private PromVectors CombineWith(PromBinary binary, PromVectors vectors, Func<double, int, double> apply)
    {
        if (!binary.Operator.Compares() || binary.AnswersBool)
        {
            return MapValues(vectors, apply);
        }

        var rows = new List<PromRow>(vectors.Rows.Count);
        foreach (var row in vectors.Rows)
        {
            var kept = NewRow(row.Labels);
            for (var step = 0; step < grid.Count; step++)
            {
                kept.Has[step] = row.Has[step] && apply(row.Values[step], step) != 0;
                kept.Values[step] = kept.Has[step] ? row.Values[step] : 0;
            }

            AddUnlessEmpty(rows, kept);
        }

        return new PromVectors(rows);
    }

    private PromVectors CombineSeries(PromBinary binary, PromVectors left, PromVectors right)
    {
        var others = Singles(right, binary.Matching, "right");
        var ones = Singles(left, binary.Matching, "left", others);
        var rows = new List<PromRow>();
        foreach (var row in left.Rows)
        {
            var key = KeyOf(row.Labels, binary.Matching);
            if (!others.TryGetValue(key, out var partners) || !ones.ContainsKey(key))
            {
                continue;
            }

            var combined = NewRow(LabelsOf(row.Labels, binary));
            foreach (var partner in partners)
            {
                for (var step = 0; step < grid.Count; step++)
                {
                    if (row.Has[step] && partner.Has[step])
                    {
                        var value = binary.Operator.Apply(row.Values[step], partner.Values[step]);
                        combined.Has[step] = !binary.Operator.Compares() || binary.AnswersBool || value != 0;
                        combined.Values[step] = binary.Operator.Compares() && !binary.AnswersBool ? row.Values[step] : value;
                    }
                }
            }

            AddUnlessEmpty(rows, combined);
        }

        return Distinct(rows);
    }

    private PromVectors CombineSets(PromBinary binary, PromVectors left, PromVectors right)
    {
        var isOr = binary.Operator == PromOperator.Or;
        var present = Presence(isOr ? left : right, binary.Matching);
        var rows = isOr ? new List<PromRow>(left.Rows) : [];
        foreach (var row in isOr ? right.Rows : left.Rows)
        {
            var has = present.GetValueOrDefault(KeyOf(row.Labels, binary.Matching));
            var kept = NewRow(row.Labels);
            for (var step = 0; step < grid.Count; step++)
            {
                kept.Has[step] = row.Has[step] && (has?[step] ?? false) == (binary.Operator == PromOperator.And);
                kept.Values[step] = kept.Has[step] ? row.Values[step] : 0;
            }

            AddUnlessEmpty(rows, kept);
        }

        return Distinct(rows);
    }

    // By what has to be equal. At no step may two that are equal in it have a value, where the other side has one.
    private Dictionary<PromLabels, List<PromRow>> Singles(PromVectors vectors, PromMatching matching, string side, Dictionary<PromLabels, List<PromRow>>? others = null)
    {
        var byKey = new Dictionary<PromLabels, List<PromRow>>();
        foreach (var row in vectors.Rows)
        {
            var key = KeyOf(row.Labels, matching);
            if (others is not null && !others.ContainsKey(key))
            {
                continue;
            }

            if (!byKey.TryGetValue(key, out var same))
            {
                byKey.Add(key, same = []);
            }

            foreach (var other in same)
            {
                for (var step = 0; step < grid.Count; step++)
                {
                    if (row.Has[step] && other.Has[step] && (others is null || others[key].Exists(partner => partner.Has[step])))
                    {
                        throw PromErrors.Failed($"Two series of the {side} side, {other.Labels} and {row.Labels}, are the same in what they are matched by; 'on' and 'ignoring' say by what.");
                    }
                }
            }

            same.Add(row);
        }

        return byKey;
    }

    private Dictionary<PromLabels, bool[]> Presence(PromVectors vectors, PromMatching matching)
    {
        var present = new Dictionary<PromLabels, bool[]>();
        foreach (var row in vectors.Rows)
        {
            var key = KeyOf(row.Labels, matching);
            if (!present.TryGetValue(key, out var has))
            {
                present.Add(key, has = new bool[grid.Count]);
            }

            for (var step = 0; step < grid.Count; step++)
            {
                has[step] |= row.Has[step];
            }
        }

        return present;
    }

    private static PromLabels KeyOf(PromLabels labels, PromMatching matching) =>
        matching.IsOn ? labels.Only(matching.Labels) : labels.WithoutName().Without(matching.Labels);

    private static PromLabels LabelsOf(PromLabels labels, PromBinary binary)
    {
        var kept = binary.Operator.Compares() && !binary.AnswersBool ? labels : labels.WithoutName();
        return binary.Matching.IsOn ? kept.Only(binary.Matching.Labels) : kept.Without(binary.Matching.Labels);
    }
}
