using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// Names of workspaces, namespaces, streams, ledgers, collections, timelines, channels and views:
/// 1 to 128 of <c>A-Za-z0-9._-</c>. Those that users choose don't start with <c>.</c> or <c>_</c>.
/// </summary>
public static class Names
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether a user may give this name.</summary>
    public static bool IsValid([NotNullWhen(true)] string? name) => IsValidForSystem(name) && name[0] != '_';

    /// <summary>Whether an agent may carry this name: as <see cref="IsValid"/>, and a leading <c>_</c> marks the system's own.</summary>
    public static bool IsValidForSystem([NotNullWhen(true)] string? name) => name is not null && IsValidForSystem(name.AsSpan());

    /// <inheritdoc cref="IsValidForSystem(string?)"/>
    public static bool IsValidForSystem(ReadOnlySpan<char> name) =>
        name.Length is >= 1 and <= Limits.NameLengthMax && name[0] != '.' && !name.ContainsAnyExcept(Allowed);

    /// <summary>Refuses a name that a user may not give.</summary>
    /// <param name="name">The name.</param>
    /// <param name="field">Which field of the request it came from.</param>
    /// <returns>The name itself.</returns>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_name</c>.</exception>
    public static string Validate([NotNull] string? name, string field) =>
        IsValid(name) ? name : throw Refuse(field, "start with neither '.' nor '_'");

    /// <summary>Refuses a name that not even the system may give.</summary>
    /// <inheritdoc cref="Validate"/>
    internal static string ValidateForSystem([NotNull] string? name, string field) =>
        IsValidForSystem(name) ? name : throw Refuse(field, "don't start with '.'");

    private static TemporalException Refuse(string field, string start) => new(
        ErrorKind.Invalid,
        "invalid_name",
        $"'{field}' is not a name: names have 1 to {Limits.NameLengthMax} characters of A-Z, a-z, 0-9, '.', '_' and '-', and {start}.")
    {
        Field = field,
    };
}
