using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>Times to live as REST spells them: a duration, or <c>none</c>.</summary>
internal static class KvTimes
{
    private const string None = "none";

    /// <summary>The parameter <c>ttl</c>; null when absent, infinite for <c>none</c>.</summary>
    /// <exception cref="TemporalException"><c>malformed_parameter</c>, <c>invalid_field</c>.</exception>
    internal static TimeSpan? FindTimeToLive(PathSegments path) =>
        path.Query.IsEmpty || QueryParameters.Find(path, "ttl") is not { } text ? null
        : text == None ? Timeout.InfiniteTimeSpan
        : Durations.TryParse(text, out var time) ? KvExpiry.Validate(time, "ttl")
        : throw QueryParameters.Malformed("ttl", "'ttl' is a duration such as 250ms, 30s, 5m, 1h or 7d, or none.");

    /// <summary>The parameter <c>within</c>, an hour when absent.</summary>
    internal static TimeSpan GetWithin(PathSegments path) =>
        QueryParameters.Find(path, "within") is not { } text ? TimeSpan.FromHours(1)
        : Durations.TryParse(text, out var time) ? KvExpiry.Validate(time, "within")!.Value
        : throw QueryParameters.Malformed("within", "'within' is a duration such as 250ms, 30s, 5m, 1h or 7d.");

    /// <summary>A member of a body; infinite for <c>none</c>.</summary>
    internal static TimeSpan Parse(string text, string field) =>
        text == None ? Timeout.InfiniteTimeSpan
        : Durations.TryParse(text, out var time) ? KvExpiry.Validate(time, field)!.Value
        : throw JsonBody.Invalid(field, $"'{field}' is a duration such as 250ms, 30s, 5m, 1h or 7d, or none.");
}
