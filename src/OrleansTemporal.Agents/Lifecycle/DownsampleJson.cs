using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lifecycle;

/// <summary>Coarser resolutions of a rule as JSON: <c>[{"after":"30d","to":"1m"}]</c> or <c>[{"afterLast":100,"every":10}]</c>.</summary>
internal static class DownsampleJson
{
    private static readonly TimeSpan ToMin = TimeSpan.FromSeconds(1);

    /// <summary>Writes the levels as the member of an object that is open; nothing when there is none.</summary>
    public static void WriteMember(Utf8JsonWriter json, ImmutableArray<DownsampleLevel> levels)
    {
        if (levels.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("downsample");
        foreach (var level in levels)
        {
            json.WriteStartObject();
            if (level.Every > 0)
            {
                json.WriteNumber("afterLast", level.AfterLast);
                json.WriteNumber("every", level.Every);
            }
            else
            {
                json.WriteString("after", Durations.Format(level.After));
                json.WriteString("to", Durations.Format(level.To));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads levels.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static ImmutableArray<DownsampleLevel> Read(JsonElement element, string field) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().Select((level, at) => ReadLevel(level, $"{field}[{at}]"))]
        : throw Refuse(field, $"'{field}' is an array of levels.");

    /// <summary>Refuses levels that can not hold.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(ImmutableArray<DownsampleLevel> levels, string field, TimeSpan afterMin, TimeSpan afterMax)
    {
        if (levels.Length > Limits.DownsampleLevelsMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' has at most {Limits.DownsampleLevelsMax} levels.") { Field = field, Limit = Limits.DownsampleLevelsMax };
        }

        for (var i = 0; i < levels.Length; i++)
        {
            var (level, at, finer) = (levels[i], $"{field}[{i}]", i == 0 ? new DownsampleLevel() : levels[i - 1]);
            if (level.Every > 0)
            {
                Require(level.After == default && level.To == default && (i == 0 || finer.Every > 0), at, "is by number as all others of the rule, or by age");
                Require(level.AfterLast >= 1 && level.AfterLast > finer.AfterLast, $"{at}.afterLast", "is at least 1 and more than that of the level before");
                Require(level.Every >= 2 && level.Every > finer.Every, $"{at}.every", "is at least 2 and more than that of the level before");
            }
            else
            {
                Require(level.AfterLast == 0 && finer.Every == 0, at, "is by age as all others of the rule, or by number");
                Require(level.After >= afterMin && level.After <= afterMax && level.After > finer.After, $"{at}.after", $"is from {Durations.Format(afterMin)} to {Durations.Format(afterMax)} and more than that of the level before");
                Require(level.To >= ToMin && level.To <= afterMax && level.To > finer.To && level.To.Ticks % TimeSpan.TicksPerMillisecond == 0, $"{at}.to", $"is from 1s to {Durations.Format(afterMax)}, of whole milliseconds, and more than that of the level before");
            }
        }
    }

    private static DownsampleLevel ReadLevel(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is a JSON object.");
        }

        TimeSpan? after = null, to = null;
        long? afterLast = null, every = null;
        foreach (var member in element.EnumerateObject())
        {
            var at = $"{field}.{member.Name}";
            switch (member.Name)
            {
                case "after":
                    after = ReadTime(member.Value, at);
                    break;
                case "to":
                    to = ReadTime(member.Value, at);
                    break;
                case "afterLast":
                    afterLast = ReadNumber(member.Value, at);
                    break;
                case "every":
                    every = ReadNumber(member.Value, at);
                    break;
                default:
                    throw Refuse(at, $"'{at}' is no field of a level.");
            }
        }

        return (after, to, afterLast, every) switch
        {
            ({ } age, { } period, null, null) => new DownsampleLevel { After = age, To = period },
            (null, null, { } newer, { } number) => new DownsampleLevel { AfterLast = newer, Every = number },
            _ => throw Refuse(field, $"'{field}' has 'after' and 'to', or 'afterLast' and 'every'."),
        };
    }

    private static TimeSpan ReadTime(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.String && Durations.TryParse(element.GetString()!, out var time) ? time : throw Refuse(field, $"'{field}' is a time such as 1h or 30d.");

    private static long ReadNumber(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number > 0 ? number : throw Refuse(field, $"'{field}' is a whole number of at least 1.");

    private static void Require(bool holds, string field, string problem)
    {
        if (!holds)
        {
            throw Refuse(field, $"'{field}' {problem}.");
        }
    }

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
