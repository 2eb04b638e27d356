using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>The text of a source that globs are held against: <c>kind/name</c>, as in <c>kv/orders</c>; partitions are not told apart.</summary>
public static class SourceText
{
    /// <summary>Characters of the longest.</summary>
    public const int LengthMax = 16 + Limits.NameLengthMax;

    /// <summary>Writes it.</summary>
    /// <param name="agent">The source.</param>
    /// <param name="text">Room for <see cref="LengthMax"/> characters.</param>
    /// <returns>What was written.</returns>
    public static ReadOnlySpan<char> Write(AgentId agent, Span<char> text)
    {
        var kind = AgentKinds.ToName(agent.Kind);
        kind.CopyTo(text);
        text[kind.Length] = '/';
        agent.Name.CopyTo(text[(kind.Length + 1)..]);
        return text[..(kind.Length + 1 + agent.Name.Length)];
    }

    /// <summary>The text as a string.</summary>
    public static string Of(AgentId agent) => $"{AgentKinds.ToName(agent.Kind)}/{agent.Name}";
}
