using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>The policy of an observer as JSON, the same over REST and in the log.</summary>
public static class ObserverJson
{
    private static readonly (string Name, ObserverDetector Detector)[] Detectors =
        [("l2", ObserverDetector.L2), ("cosine", ObserverDetector.Cosine), ("adaptive", ObserverDetector.Adaptive)];

    private static readonly (string Name, ObserverStatus Status)[] Statuses =
        [("active", ObserverStatus.Active), ("paused", ObserverStatus.Paused), ("error", ObserverStatus.Error), ("terminated", ObserverStatus.Terminated)];

    /// <summary>Writes a policy as the members of an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ObserverPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(policy);
        json.WriteString("branch", policy.Branch);
        json.WriteString("minInterval", Durations.Format(policy.MinInterval));
        json.WriteNumber("magnitudeThreshold", policy.MagnitudeThreshold);
        json.WriteNumber("bufferLimit", policy.BufferLimit);
        json.WriteBoolean("heartbeats", policy.Heartbeats);
        json.WriteString("detector", Array.Find(Detectors, known => known.Detector == policy.Detector).Name);
        json.WriteNumber("adaptiveFactor", policy.AdaptiveFactor);
        if (policy.Significance is { } significance)
        {
            json.WriteNumber("significance", significance);
        }
        else
        {
            json.WriteNull("significance");
        }
    }

    /// <summary>Reads a policy; what is not named keeps its default.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static ObserverPolicy Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("body", "An observer is a JSON object.");
        }

        var policy = new ObserverPolicy();
        foreach (var member in root.EnumerateObject())
        {
            var (value, field) = (member.Value, member.Name);
            policy = field switch
            {
                "branch" => policy with { Branch = Text(value, field) },
                "minInterval" => policy with { MinInterval = Durations.TryParse(Text(value, field), out var interval) ? interval : throw Refuse(field, $"'{field}' is a time such as 100ms or 1s.") },
                "magnitudeThreshold" => policy with { MagnitudeThreshold = Number(value, field) },
                "bufferLimit" => policy with { BufferLimit = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var limit) ? limit : throw Refuse(field, $"'{field}' is a whole number.") },
                "heartbeats" => policy with { Heartbeats = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Refuse(field, $"'{field}' is true or false.") },
                "detector" => policy with { Detector = ParseDetector(Text(value, field)) },
                "adaptiveFactor" => policy with { AdaptiveFactor = Number(value, field) },
                "significance" => policy with { Significance = value.ValueKind == JsonValueKind.Null ? null : Number(value, field) },
                _ => throw Refuse(field, $"'{field}' is no field of an observer."),
            };
        }

        Validate(policy);
        return policy;
    }

    /// <summary>Refuses a policy that can not hold.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(ObserverPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Names.Validate(policy.Branch, "branch");
        Require(policy.MinInterval >= TimeSpan.Zero && policy.MinInterval <= TimeSpan.FromDays(Limits.ObserverIntervalDaysMax), "minInterval", $"is from 0ms to {Limits.ObserverIntervalDaysMax}d");
        Require(double.IsFinite(policy.MagnitudeThreshold) && policy.MagnitudeThreshold >= 0, "magnitudeThreshold", "is at least 0");
        Require(policy.BufferLimit is >= 1 and <= Limits.ObserverBufferMax, "bufferLimit", $"is from 1 to {Limits.ObserverBufferMax}");
        Require(Enum.IsDefined(policy.Detector), "detector", "is l2, cosine or adaptive");
        Require(double.IsFinite(policy.AdaptiveFactor) && policy.AdaptiveFactor > 0, "adaptiveFactor", "is more than 0");
        Require(policy.Significance is null || (double.IsFinite(policy.Significance.Value) && policy.Significance > 0), "significance", "is more than 0, or null");
    }

    /// <summary>The name of a status.</summary>
    public static string NameOf(ObserverStatus status) => Array.Find(Statuses, known => known.Status == status).Name;

    /// <summary>The status of a name.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static ObserverStatus ParseStatus(string name) =>
        Array.Find(Statuses, known => known.Name == name) is { Name: not null } found ? found.Status : throw Refuse("status", "'status' is active, paused, error or terminated.");

    private static ObserverDetector ParseDetector(string name) =>
        Array.Find(Detectors, known => known.Name == name) is { Name: not null } found ? found.Detector : throw Refuse("detector", "'detector' is l2, cosine or adaptive.");

    private static string Text(JsonElement value, string field) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refuse(field, $"'{field}' is a text.");

    private static double Number(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Refuse(field, $"'{field}' is a number.");

    private static void Require(bool holds, string field, string what)
    {
        if (!holds)
        {
            throw Refuse(field, $"'{field}' {what}.");
        }
    }

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
