namespace OrleansTemporal.Causality;

/// <summary>How far along an agent's chain of roots one is.</summary>
/// <param name="Sequence">Sequence of the newest delta; 0 before the first.</param>
/// <param name="SystemTime">System time of that delta; zero before the first.</param>
/// <param name="Root">The local root after it.</param>
public readonly record struct ChainPosition(long Sequence, HybridTimestamp SystemTime, Distinction Root)
{
    /// <summary>Before the first delta of an agent.</summary>
    public static ChainPosition Genesis(AgentId agent) => new(0, HybridTimestamp.Zero, GenesisRoot.Of(agent));
}
