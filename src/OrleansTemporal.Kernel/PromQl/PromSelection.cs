using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.PromQl;

/// <summary>Which series are meant: conditions on labels, all of which must hold.</summary>
public sealed class PromSelection
{
    internal PromSelection(ImmutableArray<PromMatcher> matchers)
    {
        if (matchers.Length > Limits.SeriesTagsMax)
        {
            throw PromErrors.TooLarge($"A selector has at most {Limits.SeriesTagsMax} conditions.", Limits.SeriesTagsMax);
        }

        if (matchers.All(static matcher => matcher.Includes("")))
        {
            throw PromErrors.Malformed("A selector has at least one condition that a label which is not there does not meet.");
        }

        Matchers = matchers;
    }

    /// <summary>The conditions.</summary>
    public ImmutableArray<PromMatcher> Matchers { get; }

    /// <summary>Reads a selector by itself, as <c>up{job="a"}</c>.</summary>
    /// <exception cref="TemporalException">Invalid, <c>malformed_query</c>; TooLarge, <c>query_too_large</c>.</exception>
    public static PromSelection Parse(string text) => new PromParser(text).ReadSelection();

    /// <summary>Whether a label's value can be that of a series which is meant.</summary>
    public bool Allows(string name, string value)
    {
        foreach (var matcher in Matchers)
        {
            if (matcher.Name == name && !matcher.Includes(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a series is meant. Labels that begin with two underscores, besides the name, are looked at by <see cref="Allows"/> alone.</summary>
    public bool Includes(PromLabels labels)
    {
        foreach (var matcher in Matchers)
        {
            if (!PromNames.IsHidden(matcher.Name) && !matcher.Includes(labels[matcher.Name]))
            {
                return false;
            }
        }

        return true;
    }
}
