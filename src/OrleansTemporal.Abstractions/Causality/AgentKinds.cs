using System.Diagnostics.CodeAnalysis;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>Names of <see cref="AgentKind"/> on the wire: <c>kv</c>, <c>series</c>, and so on.</summary>
public static class AgentKinds
{
    private static readonly string[] Names =
        ["", "kv", "series", "signals", "vectors", "timelines", "channels", "views", "catalog", "lifecycle", "workspaces", "subscriptions"];

    /// <summary>Every kind, in numeric order.</summary>
    public static IReadOnlyList<AgentKind> All { get; } = Enum.GetValues<AgentKind>();

    /// <summary>Whether the number names a kind that this version knows.</summary>
    public static bool IsDefined(AgentKind kind) => kind is >= AgentKind.Kv and <= AgentKind.Subscriptions;

    /// <summary>The wire name of a kind.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_agent_kind</c>: the number is unknown.</exception>
    public static string ToName(AgentKind kind) => IsDefined(kind)
        ? Names[(int)kind]
        : throw new TemporalException(ErrorKind.Invalid, "invalid_agent_kind", $"{(int)kind} is not the number of an agent kind.");

    /// <summary>The kind with this wire name; names are compared exactly.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out AgentKind kind) => TryParse(name.AsSpan(), out kind);

    /// <inheritdoc cref="TryParse(string?, out AgentKind)"/>
    public static bool TryParse(ReadOnlySpan<char> name, out AgentKind kind)
    {
        for (var i = 1; i < Names.Length; i++)
        {
            if (name.SequenceEqual(Names[i]))
            {
                kind = (AgentKind)i;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
