using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Patterns;

/// <summary>Refuses definitions that can not hold.</summary>
internal static class PatternRules
{
    /// <summary>Checks all of a definition.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>invalid_field</c>, <c>invalid_name</c>.</exception>
    public static void Validate(PatternDefinition definition)
    {
        var hasTwo = definition.Kind is PatternKind.FollowedBy or PatternKind.NotFollowedBy;
        SeriesRules.Require(hasTwo == (definition.Then is not null), "then", hasTwo ? "is what follows, or must not" : "belongs to followedBy and notFollowedBy");
        SeriesRules.Require(definition.Within is > 0 and <= Limits.PatternWithinNanosecondsMax, "within", "is more than nothing and at most 31 days", Limits.PatternWithinNanosecondsMax);
        SeriesRules.Require(definition.Lateness is >= 0 and <= Limits.PatternWithinNanosecondsMax, "lateness", "is at most 31 days", Limits.PatternWithinNanosecondsMax);
        SeriesRules.Require(definition.Count is >= 1 and <= Limits.PatternCountMax, "times.count", $"is from 1 to {Limits.PatternCountMax}", Limits.PatternCountMax);
        SeriesRules.Require(definition.On.Length <= Limits.SeriesTagsMax && definition.On.Distinct(StringComparer.Ordinal).Count() == definition.On.Length, "on", "names each tag once");
        SeriesRules.Require(definition.On.All(static tag => tag.Length > 0 && tag != PatternAlerts.PatternTag), "on", $"names tags, and '{PatternAlerts.PatternTag}' is the alerts' own");
        foreach (var condition in definition.Conditions)
        {
            Names.Validate(condition.Stream, "stream");
            SeriesRules.Require(condition.Stream != PatternAlerts.Stream, "stream", "is not the stream that matches go to");
            SeriesRules.Require(condition.Field is not "", "field", "is no empty text");
            SeriesRules.Require(condition.Tags.Count <= Limits.SeriesTagsMax, "tags", $"has at most {Limits.SeriesTagsMax}", Limits.SeriesTagsMax);
        }
    }
}
