using System.Collections.Frozen;

namespace OrleansTemporal.PromQl;

/// <summary>What stands between two parts.</summary>
internal enum PromOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Atan2,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    And,
    Or,
    Unless,
}

/// <summary>How operators are written, which of them goes first, and what they do with two numbers.</summary>
internal static class PromOperators
{
    /// <summary>The strength of a power: what is before it is taken first, and it goes from right to left.</summary>
    public const int PowerStrength = 6;

    private static readonly FrozenDictionary<string, (PromOperator Operator, int Strength)> Known = new Dictionary<string, (PromOperator, int)>
    {
        ["or"] = (PromOperator.Or, 1),
        ["and"] = (PromOperator.And, 2),
        ["unless"] = (PromOperator.Unless, 2),
        ["=="] = (PromOperator.Equal, 3),
        ["!="] = (PromOperator.NotEqual, 3),
        [">"] = (PromOperator.Greater, 3),
        [">="] = (PromOperator.GreaterOrEqual, 3),
        ["<"] = (PromOperator.Less, 3),
        ["<="] = (PromOperator.LessOrEqual, 3),
        ["+"] = (PromOperator.Add, 4),
        ["-"] = (PromOperator.Subtract, 4),
        ["*"] = (PromOperator.Multiply, 5),
        ["/"] = (PromOperator.Divide, 5),
        ["%"] = (PromOperator.Modulo, 5),
        ["atan2"] = (PromOperator.Atan2, 5),
        ["^"] = (PromOperator.Power, PowerStrength),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The operator that a word is, and how strongly it binds.</summary>
    public static bool TryFind(PromToken token, out PromOperator found, out int strength)
    {
        var isKnown = token.Kind is PromTokenKind.Sign or PromTokenKind.Word && Known.ContainsKey(token.Text);
        (found, strength) = isKnown ? Known[token.Text] : default;
        return isKnown;
    }

    /// <summary>Whether it compares.</summary>
    public static bool Compares(this PromOperator one) => one is >= PromOperator.Equal and <= PromOperator.LessOrEqual;

    /// <summary>Whether it is about which series there are.</summary>
    public static bool IsOfSets(this PromOperator one) => one is PromOperator.And or PromOperator.Or or PromOperator.Unless;

    /// <summary>What it makes of two numbers; of a comparison 1 or 0.</summary>
    public static double Apply(this PromOperator one, double left, double right) => one switch
    {
        PromOperator.Add => left + right,
        PromOperator.Subtract => left - right,
        PromOperator.Multiply => left * right,
        PromOperator.Divide => left / right,
        PromOperator.Modulo => left % right,
        PromOperator.Power => Math.Pow(left, right),
        PromOperator.Atan2 => Math.Atan2(left, right),
        PromOperator.Equal => left == right ? 1 : 0,
        PromOperator.NotEqual => left != right ? 1 : 0,
        PromOperator.Greater => left > right ? 1 : 0,
        PromOperator.GreaterOrEqual => left >= right ? 1 : 0,
        PromOperator.Less => left < right ? 1 : 0,
        PromOperator.LessOrEqual => left <= right ? 1 : 0,
        PromOperator.And or PromOperator.Or or PromOperator.Unless => throw new ArgumentOutOfRangeException(nameof(one)),
        _ => throw new ArgumentOutOfRangeException(nameof(one)),
    };
}
