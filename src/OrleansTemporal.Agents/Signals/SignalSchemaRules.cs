using System.Diagnostics.CodeAnalysis;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <summary>What a schema has to be, and what its next version may change.</summary>
internal static class SignalSchemaRules
{
    private static readonly TimeSpan HalfLifeMax = TimeSpan.FromDays(36_500);

    /// <summary>Refuses a schema that can not hold.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(SignalSchema schema)
    {
        Require(schema.Types.Length is >= 1 and <= Limits.SignalTypesMax, "types", $"has 1 to {Limits.SignalTypesMax} types", Limits.SignalTypesMax);
        Require(schema.Profiles.Length <= Limits.SignalProfilesMax, "profiles", $"has at most {Limits.SignalProfilesMax} profiles", Limits.SignalProfilesMax);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < schema.Types.Length; i++)
        {
            Validate(schema.Types[i], $"types[{i}]");
            Require(names.Add(schema.Types[i].Name), $"types[{i}].name", $"is the name of an earlier type, '{schema.Types[i].Name}'");
        }

        names.Clear();
        foreach (var profile in schema.Profiles)
        {
            Validate(schema, profile);
            Require(names.Add(profile.Name), $"profiles.{profile.Name}", "is there twice");
        }
    }

    /// <summary>Refuses a schema that would change what events mean that are recorded: it may only add.</summary>
    /// <exception cref="TemporalException">Conflict, <c>schema_conflict</c>.</exception>
    public static void RequireAddsTo(SignalSchema before, SignalSchema after)
    {
        foreach (var type in before.Types)
        {
            if (after.IndexOf(type.Name) is not (var index and >= 0))
            {
                throw Conflict(type.Name, "is missing; types are only added");
            }

            if (!TimesOf(after.Types[index]).SequenceEqual(TimesOf(type)))
            {
                throw Conflict(type.Name, "has other half-lives than before; a type of another name may have them");
            }
        }
    }

    /// <summary>The later schema with its types in the order of their numbers: those of before, then the new ones.</summary>
    public static SignalSchema Ordered(SignalSchema before, SignalSchema after) => after with
    {
        Types =
        [
            .. before.Types.Select(type => after.Types[after.IndexOf(type.Name)]),
            .. after.Types.Where(type => before.IndexOf(type.Name) < 0),
        ],
    };

    /// <summary>Refuses a field.</summary>
    public static void Require([DoesNotReturnIf(false)] bool holds, string field, string rule, long? limit = null)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' {rule}.") { Field = field, Limit = limit };
        }
    }

    private static void Validate(SignalType type, string field)
    {
        Names.Validate(type.Name, $"{field}.name");
        RequireHalfLife(type.HalfLife.Time, $"{field}.halfLife");
        Require(type.HalfLives.Length < Limits.SignalHalfLivesMax, $"{field}.halfLives", $"makes at most {Limits.SignalHalfLivesMax} half-lives with 'halfLife'", Limits.SignalHalfLivesMax);
        foreach (var halfLife in type.HalfLives)
        {
            RequireHalfLife(halfLife.Time, $"{field}.halfLives");
        }

        Require(type.Windows.Length <= Limits.SignalWindowsMax, $"{field}.windows", $"has at most {Limits.SignalWindowsMax} windows", Limits.SignalWindowsMax);
        foreach (var window in type.Windows)
        {
            Require(SignalWindow.TryFrom(window.Time, out _), $"{field}.windows", "are of whole minutes up to 1h, or of whole hours up to 7d");
        }
    }

    private static IEnumerable<TimeSpan> TimesOf(SignalType type) => type.HalfLives.Prepend(type.HalfLife).Select(static span => span.Time);

    private static void RequireHalfLife(TimeSpan halfLife, string field) =>
        Require(halfLife > TimeSpan.Zero && halfLife <= HalfLifeMax, field, "is more than zero and at most 36500d");

    private static void Validate(SignalSchema schema, SignalProfile profile)
    {
        var field = $"profiles.{profile.Name}";
        Names.Validate(profile.Name, field);
        Require(profile.Terms.Length is >= 1 and <= Limits.SignalTypesMax * Limits.SignalHalfLivesMax, field, "names at least one signal");
        Require(profile.Terms.DistinctBy(static term => (term.Signal, term.HalfLife)).Count() == profile.Terms.Length, field, "names a signal twice");
        foreach (var term in profile.Terms)
        {
            Require(double.IsFinite(term.Weight), field, "has weights that are finite numbers");
            Require(SignalNumbers.TryFind(schema, term, out _), field, $"names a signal and a half-life that the ledger has; '{term.Signal}' is none");
        }
    }

    private static TemporalException Conflict(string type, string what) =>
        new(ErrorKind.Conflict, ErrorCodes.SchemaConflict, $"Type '{type}' {what}.") { Field = "types" };
}
