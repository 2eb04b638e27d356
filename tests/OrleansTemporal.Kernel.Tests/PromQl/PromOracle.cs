using OrleansTemporal.PromQl;

namespace OrleansTemporal.Kernel.Tests.PromQl;

/// <summary>
/// Queries made at random, with what they come to at one moment: written down for one moment and one series at a time, the
/// way the rules read. Null stands for what has no answer.
/// </summary>
internal sealed class PromOracle(Random random, PromSamples[] series, long start, long end)
{
    private static readonly string[] Spans = ["rate", "increase", "delta", "irate", "avg_over_time", "sum_over_time", "min_over_time", "max_over_time", "count_over_time", "last_over_time", "stdvar_over_time", "changes", "resets"];
    private static readonly string[] Folds = ["sum", "avg", "min", "max", "count", "stdvar", "group"];
    private static readonly string[] Labels = ["a", "b", "c"];
    private static readonly string[] Operators = ["+", "-", "*", "/", ">", "<=", "!=", "> bool "];

    /// <summary>A query and what it comes to.</summary>
    public sealed record Case(string Text, Func<long, Dictionary<PromLabels, double>?> At);

    /// <summary>Makes one.</summary>
    public Case Next(int depth) => depth == 0 ? Selector() : random.Next(7) switch
    {
        0 => Selector(),
        1 => Span(),
        2 => Aggregation(Next(depth - 1)),
        3 => Ranked(Next(depth - 1)),
        4 => WithNumber(Next(depth - 1)),
        5 => Pair(Next(depth - 1), Next(depth - 1)),
        _ => Sets(Next(depth - 1), Next(depth - 1)),
    };

    private Case Selector()
    {
        var (text, matches) = Matchers();
        var (suffix, moment) = Suffix();
        return new(text + suffix, at =>
        {
            var found = new Dictionary<PromLabels, double>();
            foreach (var one in series.Where(one => matches(one.Labels)))
            {
                var within = Within(one, moment(at) - 300_000, moment(at));
                if (within.Count > 0)
                {
                    found.Add(one.Labels, within[^1].Value);
                }
            }

            return found;
        });
    }

    private Case Span()
    {
        var (text, matches) = Matchers();
        var (suffix, moment) = Suffix();
        var function = Spans[random.Next(Spans.Length)];
        var length = random.Next(1, 500);
        return new($"{function}({text}[{length}s]{suffix})", at =>
        {
            var answers = new List<(PromLabels, double)>();
            foreach (var one in series.Where(one => matches(one.Labels)))
            {
                var (after, through) = (moment(at) - (length * 1_000), moment(at));
                if (FoldOf(function, Within(one, after, through), after / 1e3, through / 1e3) is { } value)
                {
                    answers.Add((function == "last_over_time" ? one.Labels : one.Labels.WithoutName(), value));
                }
            }

            return Unique(answers);
        });
    }

    private Case Aggregation(Case inner)
    {
        var function = Folds[random.Next(Folds.Length)];
        var (text, group) = Grouping();
        return new($"{function} {text} ({inner.Text})", at => inner.At(at) is not { } found ? null : found
            .GroupBy(pair => group(pair.Key), pair => pair.Value)
            .ToDictionary(static group => group.Key, values => FoldOf(function, [.. values])));
    }

    private Case Ranked(Case inner)
    {
        var (name, sign) = random.Next(2) == 0 ? ("topk", -1) : ("bottomk", 1);
        var count = random.Next(4);
        var (text, group) = Grouping();
        return new($"{name} {text} ({count}, {inner.Text})", at => inner.At(at) is not { } found ? null : found
            .GroupBy(pair => group(pair.Key))
            .SelectMany(members => members.OrderBy(pair => double.IsNaN(pair.Value)).ThenBy(pair => sign * pair.Value).ThenBy(static pair => string.Concat(pair.Key.Pairs.Select(static label => $"{label.Key}\0{label.Value}\0")), StringComparer.Ordinal).Take(count))
            .ToDictionary(static pair => pair.Key, static pair => pair.Value));
    }

    private Case WithNumber(Case inner)
    {
        var number = Math.Round(random.NextDouble() * 20, 5) + 0.000_001;
        var sign = Operators[random.Next(Operators.Length)];
        var isRight = random.Next(2) == 0;
        return new(isRight ? $"({inner.Text}) {sign} {number}" : $"{number} {sign} ({inner.Text})", at => inner.At(at) is not { } found ? null : Unique(
            from pair in found
            let answer = isRight ? Apply(sign, pair.Value, number, pair.Value) : Apply(sign, number, pair.Value, pair.Value)
            where answer is not null
            select (IsFilter(sign) ? pair.Key : pair.Key.WithoutName(), answer.Value)));
    }

    private Case Pair(Case left, Case right)
    {
        var sign = Operators[random.Next(Operators.Length)];
        var (text, key, keep) = Matching();
        return new($"({left.Text}) {sign} {text} ({right.Text})", at =>
        {
            if (left.At(at) is not { } ones || right.At(at) is not { } others || others.GroupBy(pair => key(pair.Key)).Any(static group => group.Count() > 1))
            {
                return null;
            }

            var partners = others.ToDictionary(pair => key(pair.Key), static pair => pair.Value);
            var matched = ones.Where(pair => partners.ContainsKey(key(pair.Key))).ToArray();
            return matched.GroupBy(pair => key(pair.Key)).Any(static group => group.Count() > 1) ? null : Unique(
                from pair in matched
                let answer = Apply(sign, pair.Value, partners[key(pair.Key)], pair.Value)
                where answer is not null
                select (keep(IsFilter(sign) ? pair.Key : pair.Key.WithoutName()), answer.Value));
        });
    }

    private Case Sets(Case left, Case right)
    {
        var sign = new[] { "and", "or", "unless" }[random.Next(3)];
        var (text, key, _) = Matching();
        return new($"({left.Text}) {sign} {text} ({right.Text})", at =>
        {
            if (left.At(at) is not { } ones || right.At(at) is not { } others)
            {
                return null;
            }

            var (keysLeft, keysRight) = (ones.Keys.Select(key).ToHashSet(), others.Keys.Select(key).ToHashSet());
            return Unique(sign == "or"
                ? ones.Concat(others.Where(pair => !keysLeft.Contains(key(pair.Key)))).Select(static pair => (pair.Key, pair.Value))
                : ones.Where(pair => keysRight.Contains(key(pair.Key)) == (sign == "and")).Select(static pair => (pair.Key, pair.Value)));
        });
    }

    private (string Text, Func<PromLabels, bool> Matches) Matchers() => random.Next(5) switch
    {
        0 => ("m", static labels => labels["__name__"] == "m"),
        1 => ("n{a!=\"1\"}", static labels => labels["__name__"] == "n" && labels["a"] != "1"),
        2 => ("{__name__=~\"m|n\", b=~\"[12]\"}", static labels => labels["b"] is "1" or "2"),
        3 => ("m{c=\"\"}", static labels => labels["__name__"] == "m" && labels["c"].Length == 0),
        _ => ("{a=\"1\", __name__!~\"o\"}", static labels => labels["a"] == "1"),
    };

    private (string Text, Func<long, long> Moment) Suffix() => random.Next(6) switch
    {
        0 => (" offset 1m", static at => at - 60_000),
        1 => (" offset -90s", static at => at + 90_000),
        2 => (" @ start()", _ => start),
        3 => (" @ end() offset 10s", _ => end - 10_000),
        4 => (" @ 200.5", static _ => 200_500),
        _ => ("", static at => at),
    };

    private (string Text, Func<PromLabels, PromLabels> Group) Grouping()
    {
        var label = Labels[random.Next(Labels.Length)];
        return random.Next(3) switch
        {
            0 => ("", static _ => PromLabels.Empty),
            1 => ($"by ({label})", labels => Keep(labels, name => name == label)),
            _ => ($"without ({label})", labels => Keep(labels, name => name != label && name != "__name__")),
        };
    }

    private (string Text, Func<PromLabels, PromLabels> Key, Func<PromLabels, PromLabels> Kept) Matching()
    {
        var label = Labels[random.Next(Labels.Length)];
        return random.Next(3) switch
        {
            0 => ("", static labels => Keep(labels, static name => name != "__name__"), static labels => labels),
            1 => ($"on ({label})", labels => Keep(labels, name => name == label), labels => Keep(labels, name => name == label)),
            _ => ($"ignoring ({label})", labels => Keep(labels, name => name != label && name != "__name__"), labels => Keep(labels, name => name != label)),
        };
    }

    private static PromLabels Keep(PromLabels labels, Func<string, bool> isKept) => PromLabels.Of(labels.Pairs.Where(pair => isKept(pair.Key)));

    private static bool IsFilter(string sign) => sign is ">" or "<=" or "!=";

    private static double? Apply(string sign, double left, double right, double kept) => sign switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / right,
        ">" => left > right ? kept : null,
        "<=" => left <= right ? kept : null,
        "!=" => left != right ? kept : null,
        _ => left > right ? 1 : 0,
    };

    private static Dictionary<PromLabels, double>? Unique(IEnumerable<(PromLabels Labels, double Value)> answers)
    {
        var found = new Dictionary<PromLabels, double>();
        return answers.Aggregate(true, (isUnique, answer) => found.TryAdd(answer.Labels, answer.Value) && isUnique) ? found : null;
    }

    private static List<(double Seconds, double Value)> Within(PromSamples samples, long after, long through)
    {
        var within = new List<(double, double)>();
        for (var i = 0; i < samples.Times.Length; i++)
        {
            var milliseconds = samples.Times.Span[i] / PromSampleSets.Millisecond;
            if (milliseconds > after && milliseconds <= through)
            {
                within.Add((milliseconds / 1e3, samples.Values.Span[i]));
            }
        }

        return within;
    }

    private static double? FoldOf(string function, List<(double Seconds, double Value)> within, double from, double to)
    {
        var values = within.Select(static sample => sample.Value).ToArray();
        if (values.Length < (function is "rate" or "increase" or "delta" or "irate" ? 2 : 1))
        {
            return null;
        }

        var pairs = values.Zip(values.Skip(1)).ToArray();
        switch (function)
        {
            case "rate" or "increase" or "delta":
                var length = within[^1].Seconds - within[0].Seconds;
                var change = values[^1] - values[0] + (function == "delta" ? 0 : pairs.Where(static pair => pair.Second < pair.First).Sum(static pair => pair.First));
                var gap = length / (values.Length - 1);
                var ahead = within[0].Seconds - from < gap * 1.1 ? within[0].Seconds - from : gap / 2;
                ahead = function != "delta" && change > 0 && values[0] >= 0 ? Math.Min(ahead, length * values[0] / change) : ahead;
                var behind = to - within[^1].Seconds < gap * 1.1 ? to - within[^1].Seconds : gap / 2;
                return change * (ahead + length + behind) / length / (function == "rate" ? to - from : 1);
            case "irate":
                return (values[^1] < values[^2] ? values[^1] : values[^1] - values[^2]) / (within[^1].Seconds - within[^2].Seconds);
            case "last_over_time":
                return values[^1];
            case "changes":
                return pairs.Count(static pair => pair.First != pair.Second);
            case "resets":
                return pairs.Count(static pair => pair.Second < pair.First);
            default:
                return FoldOf(function.Split('_')[0], values);
        }
    }

    private static double FoldOf(string function, double[] values) => function switch
    {
        "sum" => values.Sum(),
        "avg" => values.Average(),
        "min" => values.Where(static value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Min(),
        "max" => values.Where(static value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Max(),
        "count" => values.Length,
        "stdvar" => values.Average(value => (value - values.Average()) * (value - values.Average())),
        _ => 1,
    };
}
