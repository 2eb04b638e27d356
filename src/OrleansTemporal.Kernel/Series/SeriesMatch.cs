using System.Text.RegularExpressions;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Series;

/// <summary>A selector's conditions on field and tags, compiled.</summary>
public sealed class SeriesMatch
{
    private readonly string? field;
    private readonly (TagMatcher Matcher, Regex? Pattern)[] tags;

    /// <summary>Compiles a selector.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: a pattern does not parse, or there are more than <see cref="Limits.SeriesTagsMax"/> conditions.</exception>
    public SeriesMatch(SeriesSelector selector)
    {
        if (selector.Tags.Length > Limits.SeriesTagsMax)
        {
            throw Refuse($"At most {Limits.SeriesTagsMax} conditions on tags are accepted.");
        }

        field = selector.Field;
        tags = [.. selector.Tags.Select(static tag => (tag, tag.Kind is TagMatcherKind.Matches or TagMatcherKind.NotMatches ? PatternOf(tag.Value) : null))];
    }

    /// <summary>Whether a series is meant.</summary>
    public bool Includes(SeriesKey series)
    {
        if (field is not null && field != series.Field)
        {
            return false;
        }

        foreach (var (matcher, pattern) in tags)
        {
            var value = series.Tags[matcher.Name] ?? "";
            var holds = pattern?.IsMatch(value) ?? value == matcher.Value;
            if (holds != (matcher.Kind is TagMatcherKind.Equal or TagMatcherKind.Matches))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A pattern that a whole value has to match, compiled.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: it does not parse.</exception>
    public static Regex PatternOf(string pattern)
    {
        // By itself first: a bracket too many would else close the one around it.
        TextPatterns.Compile(pattern, "tag");

        // A dollar sign would let a line's end stand behind the value.
        return TextPatterns.Compile($@"\A(?:{pattern})\z", "tag");
    }

    private static TemporalException Refuse(string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = "tag" };
}
