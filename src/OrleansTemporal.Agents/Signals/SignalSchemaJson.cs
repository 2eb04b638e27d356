using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <summary>
/// A schema as JSON, the same over REST, in the catalog and in the log of a ledger agent. What is not known, or can not be, is
/// refused with the field.
/// </summary>
public static class SignalSchemaJson
{
    private const char TermSeparator = '@';

    private static readonly ImmutableArray<SignalSpan> WindowsDefault = [new("1h"), new("24h"), new("7d")];

    /// <summary>Writes a schema as the members of an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, SignalSchema schema)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(schema);
        json.WriteStartArray("types");
        foreach (var type in schema.Types)
        {
            json.WriteStartObject();
            json.WriteString("name", type.Name);
            json.WriteString("halfLife", type.HalfLife.Text);
            WriteTimes(json, "halfLives", type.HalfLives);
            WriteTimes(json, "windows", type.Windows);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("profiles");
        foreach (var profile in schema.Profiles)
        {
            json.WriteStartObject(profile.Name);
            foreach (var term in profile.Terms)
            {
                json.WriteNumber(term.HalfLife is { } halfLife ? $"{term.Signal}{TermSeparator}{Durations.Format(halfLife)}" : term.Signal, term.Weight);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Reads a schema and sees that it can hold. Windows come out sorted, each once.</summary>
    /// <param name="root">An object with <c>types</c> and perhaps <c>profiles</c>; members in <paramref name="others"/> are passed over.</param>
    /// <param name="others">What else may stand beside them.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static SignalSchema Read(JsonElement root, params ReadOnlySpan<string> others)
    {
        RequireObject(root, "body");
        var schema = SignalSchema.Empty;
        foreach (var member in root.EnumerateObject())
        {
            schema = member.Name switch
            {
                "types" => schema with { Types = ReadTypes(member.Value) },
                "profiles" => schema with { Profiles = ReadProfiles(member.Value) },
                var name => others.Contains(name) ? schema : throw Unknown(name),
            };
        }

        SignalSchemaRules.Validate(schema);
        return schema;
    }

    private static ImmutableArray<SignalType> ReadTypes(JsonElement element)
    {
        RequireArray(element, "types");
        var types = ImmutableArray.CreateBuilder<SignalType>();
        foreach (var item in element.EnumerateArray())
        {
            types.Add(ReadType(item, $"types[{types.Count}]"));
        }

        return types.DrainToImmutable();
    }

    private static SignalType ReadType(JsonElement element, string field)
    {
        RequireObject(element, field);
        string? name = null;
        SignalSpan? halfLife = null;
        ImmutableArray<SignalSpan> halfLives = [];
        var windows = WindowsDefault;
        foreach (var member in element.EnumerateObject())
        {
            var place = $"{field}.{member.Name}";
            switch (member.Name)
            {
                case "name":
                    name = ReadText(member.Value, place);
                    break;
                case "halfLife":
                    halfLife = ReadTime(member.Value, place);
                    break;
                case "halfLives":
                    halfLives = ReadTimes(member.Value, place);
                    break;
                case "windows":
                    windows = [.. ReadTimes(member.Value, place).DistinctBy(static span => span.Time).OrderBy(static span => span.Time)];
                    break;
                case "decay":
                    SignalSchemaRules.Require(ReadText(member.Value, place) == "exponential", place, "is 'exponential': no other decay has an exact running score");
                    break;
                default:
                    throw Unknown(place);
            }
        }

        return new SignalType
        {
            Name = name ?? throw Refuse($"{field}.name", $"'{field}.name' is missing."),
            HalfLife = halfLife ?? throw Refuse($"{field}.halfLife", $"'{field}.halfLife' is missing."),
            HalfLives = [.. halfLives.DistinctBy(static span => span.Time).Where(span => span.Time != halfLife.Time)],
            Windows = windows,
        };
    }

    private static ImmutableArray<SignalProfile> ReadProfiles(JsonElement element)
    {
        RequireObject(element, "profiles");
        return
        [
            .. element.EnumerateObject().Select(static profile =>
            {
                var field = $"profiles.{profile.Name}";
                RequireObject(profile.Value, field);
                return new SignalProfile { Name = profile.Name, Terms = [.. profile.Value.EnumerateObject().Select(term => ReadTerm(term, $"{field}.{term.Name}"))] };
            }),
        ];
    }

    private static SignalTerm ReadTerm(JsonProperty member, string field)
    {
        SignalSchemaRules.Require(member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetDouble(out _), field, "is a number");
        var weight = member.Value.GetDouble();
        var at = member.Name.IndexOf(TermSeparator, StringComparison.Ordinal);
        if (at < 0)
        {
            return new SignalTerm(member.Name, null, weight);
        }

        SignalSchemaRules.Require(Durations.TryParse(member.Name[(at + 1)..], out var halfLife), field, "names a half-life such as view@7d");
        return new SignalTerm(member.Name[..at], halfLife, weight);
    }

    private static ImmutableArray<SignalSpan> ReadTimes(JsonElement element, string field)
    {
        RequireArray(element, field);
        return [.. element.EnumerateArray().Select((item, index) => ReadTime(item, $"{field}[{index}]"))];
    }

    private static SignalSpan ReadTime(JsonElement value, string field) =>
        ReadText(value, field) is var text && Durations.TryParse(text, out _) ? new SignalSpan(text) : throw Refuse(field, $"'{field}' is a time such as 250ms, 30s, 5m, 1h or 7d.");

    private static string ReadText(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refuse(field, $"'{field}' is a text.");

    private static void WriteTimes(Utf8JsonWriter json, string name, ImmutableArray<SignalSpan> times)
    {
        json.WriteStartArray(name);
        foreach (var time in times)
        {
            json.WriteStringValue(time.Text);
        }

        json.WriteEndArray();
    }

    private static void RequireObject(JsonElement element, string field) =>
        SignalSchemaRules.Require(element.ValueKind == JsonValueKind.Object, field, "is a JSON object");

    private static void RequireArray(JsonElement element, string field) =>
        SignalSchemaRules.Require(element.ValueKind == JsonValueKind.Array, field, "is a JSON array");

    private static TemporalException Unknown(string field) => Refuse(field, $"'{field}' is no field of a ledger.");

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
