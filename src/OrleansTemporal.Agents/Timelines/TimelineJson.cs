using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// What a timeline is, as JSON, the same over REST, in the catalog and in the log. What is not named keeps its default; what
/// is not known, or can not be, is refused with the field.
/// </summary>
public static class TimelineJson
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private static readonly (string Name, TimelineConflictRule Rule)[] Conflicts =
    [
        ("lastWriteWins", TimelineConflictRule.LastWriteWins),
        ("firstWriteWins", TimelineConflictRule.FirstWriteWins),
        ("merge", TimelineConflictRule.Merge),
        ("reject", TimelineConflictRule.Reject),
    ];

    /// <summary>Writes a definition as the members of an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, TimelineDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(definition);
        var policy = definition.Policy;
        json.WriteNumber("dimensions", definition.Dimensions);
        json.WriteStartObject("policy");
        json.WriteNumber("minComponentDiff", policy.MinComponentDiff);
        json.WriteNumber("magnitudeThreshold", policy.MagnitudeThreshold);
        json.WriteNumber("checkpointEvery", policy.CheckpointEvery);
        json.WriteString("conflict", NameOf(policy.Conflict));
        json.WriteString("gap", policy.Gap == TimelineGapRule.Buffer ? "buffer" : "refuse");
        if (policy.MaxMagnitude is { } max)
        {
            json.WriteNumber("maxMagnitude", max);
        }
        else
        {
            json.WriteNull("maxMagnitude");
        }

        json.WriteStartArray("lockedDimensions");
        foreach (var index in policy.LockedDimensions)
        {
            json.WriteNumberValue(index);
        }

        json.WriteEndArray();
        if (policy.CheckpointMagnitude is { } magnitude)
        {
            json.WriteNumber("checkpointMagnitude", magnitude);
        }

        json.WriteEndObject();
        if (!definition.Metadata.IsEmpty)
        {
            json.WriteStartObject("metadata");
            foreach (var (name, value) in definition.Metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>A definition as a JSON object.</summary>
    public static byte[] ToBytes(TimelineDefinition definition)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, definition);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a definition.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static TimelineDefinition Read(JsonElement root)
    {
        RequireObject(root, "body");
        var (dimensions, policy, metadata) = (0, new TimelinePolicy(), ImmutableArray<KeyValuePair<string, string>>.Empty);
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "dimensions":
                    dimensions = ReadInteger(member.Value, "dimensions", 1, Limits.TimelineDimensionsMax);
                    break;
                case "policy":
                    policy = ReadPolicy(member.Value);
                    break;
                case "metadata":
                    metadata = ReadMetadata(member.Value);
                    break;
                default:
                    throw Unknown(member.Name);
            }
        }

        var definition = new TimelineDefinition(dimensions, policy) { Metadata = metadata };
        Validate(definition);
        return definition;
    }

    /// <summary>Refuses a definition that can not hold.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(TimelineDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var policy = definition.Policy;
        Require(definition.Dimensions is >= 1 and <= Limits.TimelineDimensionsMax, "dimensions", $"is from 1 to {Limits.TimelineDimensionsMax}");
        Require(float.IsFinite(policy.MinComponentDiff) && policy.MinComponentDiff >= 0, "policy.minComponentDiff", "is at least 0");
        Require(double.IsFinite(policy.MagnitudeThreshold) && policy.MagnitudeThreshold >= 0, "policy.magnitudeThreshold", "is at least 0");
        Require(policy.CheckpointEvery is >= 1 and <= Limits.TimelineCheckpointEveryMax, "policy.checkpointEvery", $"is from 1 to {Limits.TimelineCheckpointEveryMax}");
        Require(Enum.IsDefined(policy.Conflict), "policy.conflict", "is lastWriteWins, firstWriteWins, merge or reject");
        Require(Enum.IsDefined(policy.Gap), "policy.gap", "is refuse or buffer");
        Require(policy.MaxMagnitude is null || (double.IsFinite(policy.MaxMagnitude.Value) && policy.MaxMagnitude > 0), "policy.maxMagnitude", "is more than 0, or null");
        Require(policy.CheckpointMagnitude is null || (double.IsFinite(policy.CheckpointMagnitude.Value) && policy.CheckpointMagnitude > 0), "policy.checkpointMagnitude", "is more than 0, or null");
        var previous = -1;
        foreach (var index in policy.LockedDimensions)
        {
            Require(index > previous && index < definition.Dimensions, "policy.lockedDimensions", "are components, ascending, each once");
            previous = index;
        }

        ValidateMetadata(definition.Metadata);
    }

    /// <summary>
    /// Reads metadata, as of a delta and as of a timeline: texts by name; a number or a truth value is kept as it was written, so
    /// that <c>3</c> is found as <c>3</c>. How many there are and how long they are is not asked.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> ReadMetadata(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? [.. element.EnumerateObject().Select(static member => KeyValuePair.Create(member.Name, MetadataOf(member.Value, $"metadata.{member.Name}")))]
        : throw Refuse("metadata", "'metadata' is an object of texts, numbers, true and false.");

    private static string MetadataOf(JsonElement value, string field) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw Refuse(field, $"'{field}' is a string."),
    };

    private static void ValidateMetadata(ImmutableArray<KeyValuePair<string, string>> metadata)
    {
        Require(!metadata.IsDefault && metadata.Length <= Limits.MetadataCountMax, "metadata", $"has at most {Limits.MetadataCountMax} names");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in metadata)
        {
            Require(name is { Length: > 0 } && names.Add(name), "metadata", "has names of at least one letter, each once");
            Require(value is not null && BytesOf(name) <= Limits.MetadataBytesMax && BytesOf(value) <= Limits.MetadataBytesMax, "metadata", $"has names and values of at most {Limits.MetadataBytesMax} bytes");
        }
    }

    // More than any text may have for one that has no UTF-8.
    private static int BytesOf(string text)
    {
        try
        {
            return StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            return int.MaxValue;
        }
    }

    /// <summary>The name of a rule.</summary>
    public static string NameOf(TimelineConflictRule rule) => Array.Find(Conflicts, known => known.Rule == rule).Name;

    /// <summary>The rule of a name.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static TimelineConflictRule ParseConflict(string? name, string field) =>
        Array.Find(Conflicts, known => known.Name == name) is { Name: not null } found
            ? found.Rule
            : throw Refuse(field, $"'{field}' is lastWriteWins, firstWriteWins, merge or reject.");

    private static TimelinePolicy ReadPolicy(JsonElement element)
    {
        RequireObject(element, "policy");
        var policy = new TimelinePolicy();
        foreach (var member in element.EnumerateObject())
        {
            var (value, field) = (member.Value, $"policy.{member.Name}");
            policy = member.Name switch
            {
                "minComponentDiff" => policy with { MinComponentDiff = (float)ReadNumber(value, field) },
                "magnitudeThreshold" => policy with { MagnitudeThreshold = ReadNumber(value, field) },
                "checkpointEvery" => policy with { CheckpointEvery = ReadInteger(value, field, 1, Limits.TimelineCheckpointEveryMax) },
                "conflict" => policy with { Conflict = ParseConflict(TextOf(value), field) },
                "gap" => policy with { Gap = TextOf(value) switch { "refuse" => TimelineGapRule.Refuse, "buffer" => TimelineGapRule.Buffer, _ => throw Refuse(field, $"'{field}' is refuse or buffer.") } },
                "maxMagnitude" => policy with { MaxMagnitude = value.ValueKind == JsonValueKind.Null ? null : ReadNumber(value, field) },
                "checkpointMagnitude" => policy with { CheckpointMagnitude = value.ValueKind == JsonValueKind.Null ? null : ReadNumber(value, field) },
                "lockedDimensions" => policy with { LockedDimensions = ReadLocked(value, field) },
                _ => throw Unknown(field),
            };
        }

        return policy;
    }

    private static ImmutableArray<int> ReadLocked(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Refuse(field, $"'{field}' is a list of components.");
        }

        return [.. element.EnumerateArray().Select(index => ReadInteger(index, field, 0, Limits.TimelineDimensionsMax - 1)).Distinct().Order()];
    }

    private static string? TextOf(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    private static int ReadInteger(JsonElement element, string field, int min, int max) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : throw Refuse(field, $"'{field}' is a whole number from {min} to {max}.");

    private static double ReadNumber(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Refuse(field, $"'{field}' is a number.");

    private static void RequireObject(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is a JSON object.");
        }
    }

    private static void Require(bool holds, string field, string what)
    {
        if (!holds)
        {
            throw Refuse(field, $"'{field}' {what}.");
        }
    }

    private static TemporalException Unknown(string field) => Refuse(field, $"'{field}' is no field of a timeline.");

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
