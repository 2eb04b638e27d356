using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// A policy as JSON, the same over REST, in files and in the log. What is not named keeps its default; what is not known,
/// or can not be, is refused with the field.
/// </summary>
public static class LifecyclePolicyJson
{
    private const string Deflate = "deflate";
    private const string Brotli = "brotli";
    private const long BytesPerSecondMin = 1 << 20;
    private const double WeightMax = 1_000_000;
    private static readonly TimeSpan PeriodMin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AgeMax = TimeSpan.FromDays(36_500);
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Limits.JsonDepthMax, AllowDuplicateProperties = false };

    /// <summary>Writes a policy as the members of an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, LifecyclePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(policy);
        json.WriteStartObject("tiers");
        json.WriteString("hot", Durations.Format(policy.Tiers.Hot));
        json.WriteString("warm", Durations.Format(policy.Tiers.Warm));
        json.WriteString("cold", Durations.Format(policy.Tiers.Cold));
        json.WriteEndObject();
        json.WriteStartObject("heat");
        json.WriteString("halfLife", Durations.Format(policy.Heat.HalfLife));
        json.WriteNumber("promoteAbove", policy.Heat.PromoteAbove);
        json.WriteNumber("demoteBelow", policy.Heat.DemoteBelow);
        json.WriteEndObject();
        json.WriteStartObject("fitness");
        json.WriteNumber("reference", policy.Fitness.Reference);
        json.WriteNumber("descendant", policy.Fitness.Descendant);
        json.WriteNumber("heat", policy.Fitness.Heat);
        json.WriteNumber("day", policy.Fitness.Day);
        json.WriteString("grace", Durations.Format(policy.Fitness.Grace));
        json.WriteNumber("fitFrom", policy.Fitness.FitFrom);
        json.WriteEndObject();
        json.WriteStartObject("compression");
        json.WriteString("warm", Deflate);
        json.WriteString("cold", Brotli);
        json.WriteEndObject();
        RetentionJson.WriteMember(json, policy.Retention);
        json.WriteStartObject("schedule");
        json.WriteString("consolidation", Durations.Format(policy.Schedule.Consolidation));
        json.WriteString("distillation", Durations.Format(policy.Schedule.Distillation));
        json.WriteString("genome", Durations.Format(policy.Schedule.Genome));
        json.WriteEndObject();
        if (policy.BytesPerSecondMax is { } rate)
        {
            json.WriteNumber("bytesPerSecondMax", rate);
        }
        else
        {
            json.WriteNull("bytesPerSecondMax");
        }
    }

    /// <summary>Reads a policy.</summary>
    /// <exception cref="TemporalException">Invalid, <c>malformed_json</c> or <c>invalid_field</c>.</exception>
    public static LifecyclePolicy Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"The policy is not JSON: {malformed.Message}", malformed);
        }
    }

    /// <summary>Refuses a policy that can not hold.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(LifecyclePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Require(policy.Tiers.Hot > TimeSpan.Zero, "tiers.hot", "is more than zero");
        Require(policy.Tiers.Warm > policy.Tiers.Hot, "tiers.warm", "is more than 'tiers.hot'");
        Require(policy.Tiers.Cold > policy.Tiers.Warm, "tiers.cold", "is more than 'tiers.warm'");
        Require(policy.Tiers.Cold <= AgeMax, "tiers.cold", "is at most 36500d");
        Require(policy.Heat.HalfLife >= TimeSpan.FromSeconds(1) && policy.Heat.HalfLife <= AgeMax, "heat.halfLife", "is from 1s to 36500d");
        Require(double.IsFinite(policy.Heat.DemoteBelow) && policy.Heat.DemoteBelow > 0, "heat.demoteBelow", "is more than zero");
        Require(double.IsFinite(policy.Heat.PromoteAbove) && policy.Heat.PromoteAbove >= policy.Heat.DemoteBelow, "heat.promoteAbove", "is at least 'heat.demoteBelow'");
        Require(IsWeight(policy.Fitness.Reference), "fitness.reference", "is from 0 to 1000000");
        Require(IsWeight(policy.Fitness.Descendant), "fitness.descendant", "is from 0 to 1000000");
        Require(IsWeight(policy.Fitness.Heat), "fitness.heat", "is from 0 to 1000000");
        Require(IsWeight(policy.Fitness.Day), "fitness.day", "is from 0 to 1000000");
        Require(policy.Fitness.Grace >= TimeSpan.Zero && policy.Fitness.Grace <= AgeMax, "fitness.grace", "is at most 36500d");
        Require(double.IsFinite(policy.Fitness.FitFrom), "fitness.fitFrom", "is a number");
        Require(IsPeriod(policy.Schedule.Consolidation), "schedule.consolidation", "is from 10s to 36500d");
        Require(IsPeriod(policy.Schedule.Distillation), "schedule.distillation", "is from 10s to 36500d");
        Require(IsPeriod(policy.Schedule.Genome), "schedule.genome", "is from 10s to 36500d");
        RetentionJson.Validate(policy.Retention);
        Require(policy.BytesPerSecondMax is null or >= BytesPerSecondMin, "bytesPerSecondMax", "is at least 1048576, or null");
    }

    internal static LifecyclePolicy Read(JsonElement root)
    {
        RequireObject(root, "body");
        var policy = new LifecyclePolicy();
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            policy = member.Name switch
            {
                "tiers" => policy with { Tiers = ReadTiers(value) },
                "heat" => policy with { Heat = ReadHeat(value) },
                "fitness" => policy with { Fitness = ReadFitness(value) },
                "compression" => CheckCompression(value, policy),
                "retention" => policy with { Retention = RetentionJson.Read(value) },
                "schedule" => policy with { Schedule = ReadSchedule(value) },
                "bytesPerSecondMax" => policy with { BytesPerSecondMax = ReadRate(value) },
                _ => throw Unknown(member.Name),
            };
        }

        Validate(policy);
        return policy;
    }

    private static LifecycleTiers ReadTiers(JsonElement element)
    {
        RequireObject(element, "tiers");
        var tiers = new LifecycleTiers();
        foreach (var member in element.EnumerateObject())
        {
            var field = $"tiers.{member.Name}";
            tiers = member.Name switch
            {
                "hot" => tiers with { Hot = ReadDuration(member.Value, field) },
                "warm" => tiers with { Warm = ReadDuration(member.Value, field) },
                "cold" => tiers with { Cold = ReadDuration(member.Value, field) },
                _ => throw Unknown(field),
            };
        }

        return tiers;
    }

    private static LifecycleHeat ReadHeat(JsonElement element)
    {
        RequireObject(element, "heat");
        var heat = new LifecycleHeat();
        foreach (var member in element.EnumerateObject())
        {
            var field = $"heat.{member.Name}";
            heat = member.Name switch
            {
                "halfLife" => heat with { HalfLife = ReadDuration(member.Value, field) },
                "promoteAbove" => heat with { PromoteAbove = ReadNumber(member.Value, field) },
                "demoteBelow" => heat with { DemoteBelow = ReadNumber(member.Value, field) },
                _ => throw Unknown(field),
            };
        }

        return heat;
    }

    private static LifecycleFitness ReadFitness(JsonElement element)
    {
        RequireObject(element, "fitness");
        var fitness = new LifecycleFitness();
        foreach (var member in element.EnumerateObject())
        {
            var field = $"fitness.{member.Name}";
            fitness = member.Name switch
            {
                "reference" => fitness with { Reference = ReadNumber(member.Value, field) },
                "descendant" => fitness with { Descendant = ReadNumber(member.Value, field) },
                "heat" => fitness with { Heat = ReadNumber(member.Value, field) },
                "day" => fitness with { Day = ReadNumber(member.Value, field) },
                "grace" => fitness with { Grace = ReadDuration(member.Value, field) },
                "fitFrom" => fitness with { FitFrom = ReadNumber(member.Value, field) },
                _ => throw Unknown(field),
            };
        }

        return fitness;
    }

    private static LifecycleSchedule ReadSchedule(JsonElement element)
    {
        RequireObject(element, "schedule");
        var schedule = new LifecycleSchedule();
        foreach (var member in element.EnumerateObject())
        {
            var field = $"schedule.{member.Name}";
            schedule = member.Name switch
            {
                "consolidation" => schedule with { Consolidation = ReadDuration(member.Value, field) },
                "distillation" => schedule with { Distillation = ReadDuration(member.Value, field) },
                "genome" => schedule with { Genome = ReadDuration(member.Value, field) },
                _ => throw Unknown(field),
            };
        }

        return schedule;
    }

    // There is one way to pack for each tier so far; a client that sends back what it got is right.
    private static LifecyclePolicy CheckCompression(JsonElement element, LifecyclePolicy policy)
    {
        RequireObject(element, "compression");
        foreach (var member in element.EnumerateObject())
        {
            var field = $"compression.{member.Name}";
            var known = member.Name switch
            {
                "warm" => Deflate,
                "cold" => Brotli,
                _ => throw Unknown(field),
            };
            Require(member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals(known), field, $"is '{known}'");
        }

        return policy;
    }

    private static long? ReadRate(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var rate) ? rate
        : throw Refuse("bytesPerSecondMax", "'bytesPerSecondMax' is a whole number, or null.");

    private static double ReadNumber(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Refuse(field, $"'{field}' is a number.");

    private static TimeSpan ReadDuration(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.String && Durations.TryParse(value.GetString()!, out var duration)
            ? duration
            : throw Refuse(field, $"'{field}' is a time such as 250ms, 30s, 5m, 1h or 7d.");

    private static bool IsWeight(double weight) => weight is >= 0 and <= WeightMax;

    private static bool IsPeriod(TimeSpan period) => period >= PeriodMin && period <= AgeMax;

    private static void RequireObject(JsonElement element, string field) =>
        Require(element.ValueKind == JsonValueKind.Object, field, "is a JSON object");

    private static void Require(bool holds, string field, string rule)
    {
        if (!holds)
        {
            throw Refuse(field, $"'{field}' {rule}.");
        }
    }

    private static TemporalException Unknown(string field) => Refuse(field, $"'{field}' is no field of a policy.");

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
