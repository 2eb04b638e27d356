using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lifecycle;

/// <summary>The rules of retention of a policy as JSON: <c>[{"match":"kv/*","keep":"365d"}]</c>.</summary>
internal static class RetentionJson
{
    private const string Prefix = "kv/";
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
            json.WriteString("keep", Durations.Format(rule.Keep));
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
            if (!rule.Match.StartsWith(Prefix, StringComparison.Ordinal))
            {
                throw Refuse($"{field}.match", $"'{field}.match' begins with 'kv/': of other facets nothing is let go in this release.");
            }

            var name = rule.Match[Prefix.Length..];
            var start = name.EndsWith('*') ? name[..^1] : name;
            if ((start.Length > 0 || name.Length == 0) && !Names.IsValid(start))
            {
                throw Refuse($"{field}.match", $"'{field}.match' is 'kv/' and a namespace, or the beginning of one and '*'.");
            }

            // What a request with an idempotency key has written is answered again for a day.
            if (rule.Keep < KeepMin || rule.Keep > KeepMax)
            {
                throw Refuse($"{field}.keep", $"'{field}.keep' is from 1d to 36500d.");
            }
        }
    }

    private static RetentionRule ReadRule(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is a JSON object.");
        }

        string? match = null;
        TimeSpan? keep = null;
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
                    throw Refuse($"{field}.downsample", $"'{field}.downsample': a document has nothing that could be downsampled; it comes with series.");
                default:
                    throw Refuse($"{field}.{member.Name}", $"'{field}.{member.Name}' is no field of a rule.");
            }
        }

        return new RetentionRule
        {
            Match = match ?? throw Refuse($"{field}.match", $"'{field}.match' says what the rule is for."),
            Keep = keep ?? throw Refuse($"{field}.keep", $"'{field}.keep' says how long replaced versions are kept."),
        };
    }

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
