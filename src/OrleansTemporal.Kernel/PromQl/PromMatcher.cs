using System.Text.RegularExpressions;
using OrleansTemporal.Queries;

namespace OrleansTemporal.PromQl;

/// <summary>A condition on one label, compiled.</summary>
public sealed class PromMatcher
{
    private readonly Regex? pattern;

    /// <summary>Compiles it.</summary>
    /// <param name="name">The label.</param>
    /// <param name="value">A value, or a pattern that the whole value has to match.</param>
    /// <param name="isPattern">Which of the two.</param>
    /// <param name="isNegated">Whether the condition is that it does not hold.</param>
    /// <exception cref="Errors.TemporalException">Invalid, <c>malformed_query</c>: the pattern is none that is accepted.</exception>
    public PromMatcher(string name, string value, bool isPattern, bool isNegated)
    {
        Name = name;
        Value = value;
        IsPattern = isPattern;
        IsNegated = isNegated;
        pattern = isPattern ? Compile(value) : null;
    }

    /// <summary>The label.</summary>
    public string Name { get; }

    /// <summary>The value or the pattern.</summary>
    public string Value { get; }

    /// <summary>Whether <see cref="Value"/> is a pattern.</summary>
    public bool IsPattern { get; }

    /// <summary>Whether it must not hold.</summary>
    public bool IsNegated { get; }

    /// <summary>Whether a label's value is meant; a label that is not there has the empty one.</summary>
    public bool Includes(string value) => (pattern?.IsMatch(value) ?? value == Value) != IsNegated;

    // By itself first: a bracket too many would else close the one around it. A dot means any character.
    private static Regex Compile(string pattern)
    {
        try
        {
            TextPatterns.Compile(pattern, "query");
            return TextPatterns.Compile($"\\A(?s:{pattern})\\z", "query");
        }
        catch (Errors.TemporalException refusal) when (refusal.Kind == Errors.ErrorKind.Invalid)
        {
            throw PromErrors.Malformed(refusal.Message);
        }
    }
}
