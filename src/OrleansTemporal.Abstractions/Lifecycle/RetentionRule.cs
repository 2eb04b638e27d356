namespace OrleansTemporal.Lifecycle;

/// <summary>How long what has been replaced is kept. Without a rule it is kept for ever.</summary>
public sealed record RetentionRule
{
    /// <summary>What the rule is for: <c>kv/</c> and a namespace, or the beginning of one and <c>*</c>.</summary>
    public required string Match { get; init; }

    /// <summary>Versions that were replaced, deleted or over longer ago may go; the newest of a key stays. 1 to 36,500 days.</summary>
    public required TimeSpan Keep { get; init; }

    /// <summary>Whether the rule is for a namespace.</summary>
    /// <param name="name">The facet, a slash and the namespace.</param>
    public bool IsFor(string name) => Match.EndsWith('*')
        ? name.AsSpan().StartsWith(Match.AsSpan(0, Match.Length - 1), StringComparison.Ordinal)
        : string.Equals(Match, name, StringComparison.Ordinal);
}
