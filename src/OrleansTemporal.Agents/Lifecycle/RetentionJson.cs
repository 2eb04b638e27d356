using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lifecycle;

/// <summary>The rules of retention of a policy as JSON: <c>[{"match":"series/*","keep":"365d","downsample":[{"after":"30d","to":"1m"}]}]</c>.</summary>
internal static class RetentionJson
{
    private const string Documents = "kv/";
    private const string Timelines = "timelines/";
    private const string Streams = "series/";
    private static readonly string[] Facets = [Documents, Timelines, Streams];
    private static readonly TimeSpan KeepMin = TimeSpan.FromDays(1);
    private static readonly TimeSpan KeepMax = TimeSpan.FromDays(36_500);

    /// <summary>Writes the rules as the member of an object that is open.</summary>
    public static void WriteMember(Utf8JsonWriter json, ImmutableArray<RetentionRule> rules)
    {
        json.WriteStartArray("retention");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("match", rule.Match);
            if (rule.Keep > TimeSpan.Zero)
            {
                json.WriteString("keep", Durations.Format(rule.Keep));
            }

            if (rule.KeepLast > 0)
            {
                json.WriteNumber("keepLast", rule.KeepLast);
            }

            DownsampleJson.WriteMember(json, rule.Downsample);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads the rules.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static ImmutableArray<RetentionRule> Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Refuse("retention", "'retention' is an array of rules.");
        }

        return [.. element.EnumerateArray().Select(static (rule, at) => ReadRule(rule, $"retention[{at}]"))];
    }

    /// <summary>Refuses rules that can not hold.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(ImmutableArray<RetentionRule> rules)
    {
        if (rules.Length > Limits.RetentionRulesMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'retention' has at most {Limits.RetentionRulesMax} rules.")
            {
                Field = "retention",
                Limit = Limits.RetentionRulesMax,
            };
        }

        for (var i = 0; i < rules.Length; i++)
        {
            var (rule, field) = (rules[i], $"retention[{i}]");
            if (FacetOf(rule.Match) is not { } facet)
            {
                throw Refuse($"{field}.match", $"'{field}.match' begins with 'kv/', 'timelines/' or 'series/': of other facets nothing is let go in this release.");
            }

            var name = rule.Match[facet.Length..];
            var start = name.EndsWith('*') ? name[..^1] : name;
            if ((start.Length > 0 || name.Length == 0) && !Names.IsValid(start))
            {
                throw Refuse($"{field}.match", $"'{field}.match' is 'kv/' and a namespace, 'timelines/' and a timeline or 'series/' and a stream, or the beginning of one and '*'.");
            }

            // What a request with an idempotency key has written is answered again for a day.
            if ((rule.Keep < KeepMin || rule.Keep > KeepMax) && !(facet != Documents && rule.Keep == TimeSpan.Zero))
            {
                throw Refuse($"{field}.keep", $"'{field}.keep' is from 1d to 36500d.");
            }

            if (facet == Timelines)
            {
                ValidateTimeline(rule, field);
            }
            else if (facet == Streams)
            {
                ValidateStream(rule, field);
            }
            else if (rule.KeepLast != 0 || !rule.Downsample.IsEmpty)
            {
                throw Refuse(rule.KeepLast != 0 ? $"{field}.keepLast" : $"{field}.downsample", $"'{field}': a document has nothing that could be downsampled; that is for 'timelines/' and 'series/'.");
            }
        }
    }

    private static void ValidateTimeline(RetentionRule rule, string field)
    {
        if (rule.KeepLast < 0)
        {
            throw Refuse($"{field}.keepLast", $"'{field}.keepLast' is at least 1.");
        }

        if (rule.Keep == TimeSpan.Zero && rule.KeepLast == 0 && rule.Downsample.IsEmpty)
        {
            throw Refuse(field, $"'{field}' says 'keep', 'keepLast' or 'downsample'.");
        }

        DownsampleJson.Validate(rule.Downsample, $"{field}.downsample", KeepMin, KeepMax);
    }

    private static void ValidateStream(RetentionRule rule, string field)
    {
        if (rule.KeepLast != 0)
        {
            throw Refuse($"{field}.keepLast", $"'{field}.keepLast' is for 'timelines/': points are kept by their event time, since late ones come between others.");
        }

        if (rule.Keep == TimeSpan.Zero && rule.Downsample.IsEmpty)
        {
            throw Refuse(field, $"'{field}' says 'keep' or 'downsample'.");
        }

        DownsampleJson.Validate(rule.Downsample, $"{field}.downsample", KeepMin, KeepMax);
        for (var i = 0; i < rule.Downsample.Length; i++)
        {
            var (level, at) = (rule.Downsample[i], $"{field}.downsample[{i}]");
            if (level.Every > 0)
            {
                throw Refuse($"{at}.every", $"'{at}.every' is for 'timelines/': points become windows of time, by 'after' and 'to'.");
            }

            if (i > 0 && level.To.Ticks % rule.Downsample[i - 1].To.Ticks != 0)
            {
                throw Refuse($"{at}.to", $"'{at}.to' is a multiple of that of the level before, since windows are made of its windows.");
            }
        }
    }

    private static string? FacetOf(string match) => Array.Find(Facets, facet => match.StartsWith(facet, StringComparison.Ordinal));

    private static RetentionRule ReadRule(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is a JSON object.");
        }

        string? match = null;
        TimeSpan? keep = null;
        var (keepLast, downsample) = (0L, default(ImmutableArray<DownsampleLevel>?));
        foreach (var member in element.EnumerateObject())
        {
            switch (member.Name)
            {
                case "match":
                    match = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : throw Refuse($"{field}.match", $"'{field}.match' is a text.");
                    break;
                case "keep":
                    keep = member.Value.ValueKind == JsonValueKind.String && Durations.TryParse(member.Value.GetString()!, out var time)
                        ? time
                        : throw Refuse($"{field}.keep", $"'{field}.keep' is a time such as 30d or 365d.");
                    break;
                case "downsample":
                    downsample = DownsampleJson.Read(member.Value, $"{field}.downsample");
                    break;
                case "keepLast":
                    keepLast = member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt64(out var count) && count > 0
                        ? count
                        : throw Refuse($"{field}.keepLast", $"'{field}.keepLast' is a whole number of at least 1.");
                    break;
                default:
                    throw Refuse($"{field}.{member.Name}", $"'{field}.{member.Name}' is no field of a rule.");
            }
        }

        var mayOnlyThin = match is not null && FacetOf(match) is Timelines or Streams;
        if (downsample is not null && !mayOnlyThin)
        {
            throw Refuse($"{field}.downsample", $"'{field}.downsample' is for 'timelines/' and 'series/': a document has nothing that could be downsampled.");
        }

        return new RetentionRule
        {
            Match = match ?? throw Refuse($"{field}.match", $"'{field}.match' says what the rule is for."),
            Keep = keep ?? (mayOnlyThin ? TimeSpan.Zero : throw Refuse($"{field}.keep", $"'{field}.keep' says how long replaced versions are kept.")),
            KeepLast = keepLast,
            Downsample = downsample ?? [],
        };
    }

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
