using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Routing;

/// <summary>What a route may say.</summary>
public static class RouteRules
{
    /// <summary>Refuses a route that can not hold.</summary>
    /// <exception cref="TemporalException">
    /// Invalid, <c>invalid_pattern</c>, <c>invalid_name</c> or <c>invalid_field</c>; Conflict, <c>policy_conflict</c>, when its
    /// conditions contradict each other, so that no delta could meet them.
    /// </exception>
    public static void Validate(RouteDefinition route)
    {
        ArgumentNullException.ThrowIfNull(route);
        _ = Glob.Parse(route.SourcePattern, "sourcePattern");
        if (route.Channels.IsDefault || route.Channels.Length is < 1 or > Limits.RouteChannelsMax)
        {
            throw Refuse("channels", $"A route leads to 1 to {Limits.RouteChannelsMax} channels.", Limits.RouteChannelsMax);
        }

        foreach (var channel in route.Channels)
        {
            Names.Validate(channel, "channels");
        }

        if (!Enum.IsDefined(route.Priority))
        {
            throw Refuse("priority", $"A priority is one of {RoutingPriorities.Names}.");
        }

        if (route.TimeToLive is { } live && (live <= TimeSpan.Zero || live > TimeSpan.FromDays(Limits.TimeToLiveDaysMax)))
        {
            throw Refuse("ttl", $"A time to live is more than nothing and at most {Limits.TimeToLiveDaysMax} days.", Limits.TimeToLiveDaysMax);
        }

        ValidateConditions(route);
    }

    private static void ValidateConditions(RouteDefinition route)
    {
        var count = (route.MinMagnitude is null ? 0 : 1) + route.MetadataEquals.Length + route.MetadataExists.Length + route.TimesOfDay.Length;
        if (count > Limits.RouteConditionsMax)
        {
            throw Refuse("conditions", $"A route has at most {Limits.RouteConditionsMax} conditions.", Limits.RouteConditionsMax);
        }

        if (route.MinMagnitude is { } magnitude && !(double.IsFinite(magnitude) && magnitude >= 0))
        {
            throw Refuse("conditions.minMagnitude", "A magnitude is a finite number, not below 0.");
        }

        foreach (var (key, value) in route.MetadataEquals)
        {
            RequireMetadata(key, value, "conditions.metadataEquals");
            if (route.MetadataEquals.Any(other => other.Key == key && other.Value != value))
            {
                throw new TemporalException(ErrorKind.Conflict, ErrorCodes.PolicyConflict, $"No metadata has two values for '{key}'.") { Field = "conditions.metadataEquals" };
            }
        }

        foreach (var key in route.MetadataExists)
        {
            RequireMetadata(key, "", "conditions.metadataExists");
        }

        foreach (var hours in route.TimesOfDay)
        {
            ValidateHours(hours);
        }
    }

    private static void ValidateHours(TimeOfDay hours)
    {
        if (hours.StartHour is < 0 or > 23)
        {
            throw Refuse("conditions.timeOfDay.startHour", "A day begins to be meant at an hour from 0 to 23.");
        }

        if (hours.EndHour is < 0 or > 24 || hours.EndHour == hours.StartHour)
        {
            throw Refuse("conditions.timeOfDay.endHour", "It ends at an hour from 0 to 24, another than it begins with.");
        }

        if (TimeOfDayClock.FindZone(hours.Zone) is null)
        {
            throw Refuse("conditions.timeOfDay.tz", "A zone is named as IANA does: Europe/Berlin, America/New_York, UTC.");
        }
    }

    private static void RequireMetadata(string key, string value, string field)
    {
        try
        {
            SubscriptionFilterRules.RequireMetadata(key, value, field);
        }
        catch (TemporalException refused)
        {
            throw Refuse(field, refused.Message, refused.Limit);
        }
    }

    private static TemporalException Refuse(string field, string message, long? limit = null) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field, Limit = limit };
}
