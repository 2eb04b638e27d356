namespace OrleansTemporal.Causality;

/// <summary>Where an agent's chain of roots begins, before its first delta.</summary>
public static class GenesisRoot
{
    /// <summary>Synthesize(canonical root of the kind, distinction of the agent). Cost: two hashes.</summary>
    /// <param name="agent">An id that names an agent.</param>
    public static Distinction Of(AgentId agent) =>
        Synthesis.Synthesize(CanonicalRoots.Of(CanonicalRoots.RootOf(agent.Kind)), DistinctionOf(agent));

    /// <summary>The tagged hash of the agent's text; its first four bytes are <see cref="AgentId.Digest"/>.</summary>
    public static Distinction DistinctionOf(AgentId agent)
    {
        Span<byte> text = stackalloc byte[AgentId.TextLengthMax];
        agent.TryFormat(text, out var length);
        return TaggedHash.Hash(HashTag.Agent, text[..length]);
    }
}
