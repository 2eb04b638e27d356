namespace OrleansTemporal.PromQl;

/// <summary>A word of a query.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Of a string its value, else the characters.</param>
/// <param name="At">Where it begins, from 1.</param>
internal readonly record struct PromToken(PromTokenKind Kind, string Text, int At)
{
    /// <summary>Whether it is this sign.</summary>
    public bool Is(string sign) => Kind == PromTokenKind.Sign && Text == sign;

    /// <summary>Whether it is this word, in any case of letters.</summary>
    public bool IsWord(string word) => Kind == PromTokenKind.Word && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a word of a query is.</summary>
internal enum PromTokenKind
{
    /// <summary>Behind the last one.</summary>
    End,

    /// <summary>A name or keyword.</summary>
    Word,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A duration, as <c>1h30m</c>.</summary>
    Duration,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>An operator, a bracket or a comma.</summary>
    Sign,
}
