using System.Collections.Immutable;

namespace OrleansTemporal.Signals;

/// <summary>
/// What a ledger counts. A type's place in the list is its number in every stored event, so later versions only add: types
/// at the end, windows, profiles; half-lives of a type stay as they were.
/// </summary>
public sealed record SignalSchema
{
    /// <summary>A ledger without types.</summary>
    public static SignalSchema Empty { get; } = new();

    /// <summary>The types, at most <see cref="Limits.SignalTypesMax"/>.</summary>
    public ImmutableArray<SignalType> Types { get; init; } = [];

    /// <summary>The rank profiles, at most <see cref="Limits.SignalProfilesMax"/>.</summary>
    public ImmutableArray<SignalProfile> Profiles { get; init; } = [];

    /// <summary>Sequence of the catalog delta that defines it; 0 for none.</summary>
    public long Version { get; init; }

    /// <summary>The number of a type, or −1.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Types.Length; i++)
        {
            if (string.Equals(Types[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The profile with a name, or null.</summary>
    public SignalProfile? FindProfile(string name) => Profiles.FirstOrDefault(profile => string.Equals(profile.Name, name, StringComparison.Ordinal));
}
