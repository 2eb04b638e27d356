using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <summary>From the names of a schema to the numbers that are computed with.</summary>
internal static class SignalNumbers
{
    /// <summary>The number of a signal type.</summary>
    /// <exception cref="TemporalException">Invalid, <c>signal_not_found</c>.</exception>
    public static int TypeOf(SignalSchema schema, string name, string field) =>
        schema.IndexOf(name) is var index and >= 0
            ? index
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.SignalNotFound, $"The ledger has no signal '{name}'.") { Field = field };

    /// <summary>The summand of a profile's term; false when the schema has no such signal or half-life.</summary>
    public static bool TryFind(SignalSchema schema, SignalTerm term, out SignalSummand summand)
    {
        summand = default;
        if (schema.IndexOf(term.Signal) is not (var type and >= 0) || !TryFindHalfLife(schema.Types[type], term.HalfLife, out var halfLife))
        {
            return false;
        }

        summand = new SignalSummand(type, halfLife, term.Weight);
        return true;
    }

    /// <summary>What a profile ranks by.</summary>
    /// <exception cref="TemporalException">NotFound, <c>profile_not_found</c>.</exception>
    public static SignalMeasure.Profile ProfileOf(SignalSchema schema, string name) =>
        schema.FindProfile(name) is { } profile
            ? new SignalMeasure.Profile([.. profile.Terms.Select(term => TryFind(schema, term, out var summand) ? summand : throw NoProfile(name))])
            : throw NoProfile(name);

    /// <summary>What a query ranks by.</summary>
    /// <exception cref="TemporalException">Invalid: <c>signal_not_found</c>, <c>invalid_field</c>; NotFound, <c>profile_not_found</c>.</exception>
    public static SignalMeasure MeasureOf(SignalSchema schema, SignalTopQuery query)
    {
        SignalSchemaRules.Require((query.Signal is null) != (query.Profile is null), query.Signal is null ? "signal" : "profile", "is named, or the other of 'signal' and 'profile', and not both");
        if (query.Profile is { } profile)
        {
            SignalSchemaRules.Require(query is { By: SignalRankBy.Score, Window: null, HalfLife: null }, "profile", "is ranked by its scores, without a window or a half-life");
            return ProfileOf(schema, profile);
        }

        var type = TypeOf(schema, query.Signal!, "signal");
        if (query.By == SignalRankBy.Score)
        {
            SignalSchemaRules.Require(query.Window is null, "window", "is for counts and velocities");
            SignalSchemaRules.Require(TryFindHalfLife(schema.Types[type], query.HalfLife, out var halfLife), "halfLife", $"is one of '{query.Signal}'");
            return new SignalMeasure.Score(type, halfLife);
        }

        SignalSchemaRules.Require(query.HalfLife is null, "halfLife", "is for scores");
        SignalWindow? window = null;
        if (query.Window is { } time)
        {
            SignalSchemaRules.Require(SignalWindow.TryFrom(time, out var found), "window", "is of whole minutes up to 1h, or of whole hours up to 7d");
            window = found;
        }

        if (query.By == SignalRankBy.Count)
        {
            return new SignalMeasure.Count(type, window);
        }

        SignalSchemaRules.Require(window is not null, "window", "is named: events of all time have no velocity");
        return new SignalMeasure.Velocity(type, window.Value);
    }

    private static bool TryFindHalfLife(SignalType type, TimeSpan? halfLife, out int index)
    {
        index = 0;
        if (halfLife is null || halfLife == type.HalfLife.Time)
        {
            return true;
        }

        while (index < type.HalfLives.Length)
        {
            if (type.HalfLives[index++].Time == halfLife)
            {
                return true;
            }
        }

        return false;
    }

    private static TemporalException NoProfile(string name) =>
        new(ErrorKind.NotFound, ErrorCodes.ProfileNotFound, $"The ledger has no profile '{name}'.") { Field = "profile" };
}
